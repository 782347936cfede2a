/** Any text may stand in `image`; the browser takes it as an address of a picture and nothing else. */
export function Avatar({ image, class: name }: { image: string | null; class?: string }) {
  return <img class={name} src={image ?? '/default-avatar.svg'} alt="" />;
}
