export interface Tab {
  to: string;
  label: string;
  active: boolean;
  class?: string;
}

export function Tabs({ tabs, class: name }: { tabs: Tab[]; class: string }) {
  return (
    <div class={name}>
      <ul class="nav nav-pills outline-active">
        {tabs.map((tab) => (
          <li class="nav-item" key={tab.to}>
            <a
              class={['nav-link', tab.class, tab.active && 'active'].filter(Boolean).join(' ')}
              href={tab.to}
              aria-current={tab.active ? 'page' : undefined}
            >
              {tab.label}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
