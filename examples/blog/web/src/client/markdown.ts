/** An article's body: Markdown to HTML, through a sanitizer that knows only what a text needs. */
import createDOMPurify, { type Config, type WindowLike } from 'dompurify';
import { Marked } from 'marked';

const marked = new Marked({
  async: false,
  gfm: true,
  renderer: {
    // A task list's boxes are signs, not controls.
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    // The page's one h1 is the article's title.
    heading({ tokens, depth }) {
      const level = Math.min(depth + 1, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
  },
});

const config: Config = {
  ALLOWED_TAGS: (
    'a abbr b blockquote br caption code dd del details dl dt em h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p ' +
    'pre q s samp small strong sub summary sup table tbody td tfoot th thead tr u ul var'
  ).split(' '),
  ALLOWED_ATTR: ['align', 'alt', 'colspan', 'href', 'rowspan', 'scope', 'src', 'start', 'title'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  // http, https, mailto, or no scheme at all; DOMPurify adds data: for images.
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  RETURN_DOM_FRAGMENT: true,
};

export function createRenderer(window: WindowLike): (markdown: string) => DocumentFragment {
  const purify = createDOMPurify(window);
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (node.nodeName === 'A' && node.hasAttribute('href')) node.setAttribute('rel', 'nofollow noopener noreferrer');
  });
  return (markdown) => {
    const html = marked.parse(markdown, { async: false });
    return purify.sanitize(html, { ...config, RETURN_DOM_FRAGMENT: true });
  };
}
