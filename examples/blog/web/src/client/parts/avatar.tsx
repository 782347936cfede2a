/**
 * Any text may stand in `image`; the browser takes it as an address of a picture and nothing else.
 * Somebody else's host may be slow: no page waits for it to be loaded.
 */
export function Avatar({ image, class: name }: { image: string | null; class?: string }) {
  return image === null ? (
    <img class={name} src="/default-avatar.svg" alt="" />
  ) : (
    <img class={name} src={image} alt="" loading="lazy" />
  );
}
