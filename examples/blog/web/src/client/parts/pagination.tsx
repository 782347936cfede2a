interface Props {
  pages: number;
  current: number;
  hrefOf: (page: number) => string;
}

export function Pagination({ pages, current, hrefOf }: Props) {
  if (pages < 2) return null;
  return (
    <div role="navigation" aria-label="Pages">
      <ul class="pagination">
        {Array.from({ length: pages }, (_, index) => index + 1).map((page) => (
          <li key={page} class={page === current ? 'page-item active' : 'page-item'}>
            <a class="page-link" href={hrefOf(page)} aria-current={page === current ? 'page' : undefined}>
              {page}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
