import { href, nextPath } from '../../shared/routes.ts';
import { login } from '../api.ts';
import { useAction, useTitle } from '../hooks.ts';
import type { User } from '../model.ts';
import { ErrorMessages } from '../parts/error-messages.tsx';
import { Form, Input } from '../parts/form.tsx';
import { navigate } from '../router.ts';
import { setUser } from '../session.ts';

export function LoginPage({ search }: { search: string }) {
  const { busy, messages, run } = useAction();
  useTitle('Sign in');
  const done = (user: User) => {
    setUser(user);
    navigate(nextPath(search));
  };
  return (
    <div class="auth-page container page narrow">
      <h1>Sign in</h1>
      <div class="form-hint">
        <a href={href.register}>Need an account?</a>
      </div>
      <ErrorMessages messages={messages} />
      <Form onSend={(value) => run(() => login(value('email'), value('password')), done)}>
        <Input name="email" label="Email" placeholder="Email" inputMode="email" autoComplete="email" />
        <Input
          name="password"
          label="Password"
          placeholder="Password"
          type="password"
          autoComplete="current-password"
        />
        <button class="btn btn-lg btn-primary btn-wide" type="submit" disabled={busy}>
          Sign in
        </button>
      </Form>
    </div>
  );
}
