import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { JSDOM } from 'jsdom';

import { createRenderer } from '../src/client/markdown.ts';

const { window } = new JSDOM('');
const render = createRenderer(window);

function html(markdown: string): string {
  const box = window.document.createElement('div');
  box.append(window.document.importNode(render(markdown), true));
  return box.innerHTML.trim();
}

describe('markdown', () => {
  it('makes one plain paragraph one p', () => {
    assert.equal(html('Just a line.'), '<p>Just a line.</p>');
  });

  it('knows the usual', () => {
    assert.match(html('**a** b'), /<strong>a<\/strong> b/);
    assert.match(html('- a\n- b'), /<ul>\s*<li>a<\/li>\s*<li>b<\/li>\s*<\/ul>/);
    assert.match(html('[x](https://example.com)'), /href="https:\/\/example\.com"/);
    assert.match(html('[x](/article/y)'), /href="\/article\/y"/);
    assert.match(html('![x](https://example.com/a.png)'), /<img [^>]*src="https:\/\/example\.com\/a\.png"/);
    assert.match(html('- [x] done'), /☑ done/);
    assert.match(html('| a |\n|---|\n| 1 |'), /<td>1<\/td>/);
  });

  it('leaves the h1 to the title of the article', () => {
    assert.equal(html('# A *loud* one'), '<h2>A <em>loud</em> one</h2>');
    assert.equal(html('###### The lowest'), '<h6>The lowest</h6>');
    assert.equal(html('<h1>Raw</h1>'), 'Raw');
  });

  it('lets no code through', () => {
    const attacks = [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '<iframe src="https://evil.test">inside</iframe>',
      '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
      '<svg onload=alert(1)><script>alert(1)</script></svg>',
      '<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>',
      '<a href="javascript:alert(1)">x</a>',
      '[x](javascript:alert(1))',
      '[x](JaVaScRiPt:alert(1))',
      '[x](&#106;avascript:alert(1))',
      '[x](data:text/html,<script>alert(1)</script>)',
      '[x](vbscript:x)',
      '![x](javascript:alert(1))',
      '<form action="/api/user"><input name="x"><button>go</button></form>',
      '<style>body{display:none}</style>',
      '<p style="position:fixed" class="card" id="app" data-x="1">x</p>',
      '<object data="x"></object><embed src="x"><base href="https://evil.test/"><meta http-equiv="refresh">',
    ];
    for (const attack of attacks) {
      const made = html(attack);
      assert.doesNotMatch(made, /<(script|iframe|svg|math|style|form|input|button|object|embed|base|meta)/i, attack);
      assert.doesNotMatch(made, /<[^>]*\s(on\w+|style|class|id|data-\w+|srcdoc)=/i, attack);
      assert.doesNotMatch(made, /(href|src)="\s*(javascript|vbscript|data):/i, attack);
    }
    assert.doesNotMatch(html('<iframe>inside</iframe>'), /inside/);
  });
});
