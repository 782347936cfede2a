import { href } from '../../shared/routes.ts';
import { useTitle } from '../hooks.ts';

export function UnknownPage() {
  useTitle('Not found');
  return (
    <div class="container page narrow">
      <h1>Nothing is here</h1>
      <div class="form-hint">
        The address leads nowhere. <a href={href.home()}>Go to the start</a>.
      </div>
    </div>
  );
}
