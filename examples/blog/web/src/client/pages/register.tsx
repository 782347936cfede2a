import { href } from '../../shared/routes.ts';
import { register } from '../api.ts';
import { useAction, useTitle } from '../hooks.ts';
import type { User } from '../model.ts';
import { ErrorMessages } from '../parts/error-messages.tsx';
import { Form, Input } from '../parts/form.tsx';
import { navigate } from '../router.ts';
import { setUser } from '../session.ts';

export function RegisterPage() {
  const { busy, messages, run } = useAction();
  useTitle('Sign up');
  const done = (user: User) => {
    setUser(user);
    navigate(href.home());
  };
  return (
    <div class="auth-page container page narrow">
      <h1>Sign up</h1>
      <div class="form-hint">
        <a href={href.login}>Have an account?</a>
      </div>
      <ErrorMessages messages={messages} />
      <Form onSend={(value) => run(() => register(value('username'), value('email'), value('password')), done)}>
        <Input name="username" label="Username" placeholder="Username" autoComplete="username" />
        <Input name="email" label="Email" placeholder="Email" inputMode="email" autoComplete="email" />
        <Input name="password" label="Password" placeholder="Password" type="password" autoComplete="new-password" />
        <button class="btn btn-lg btn-primary btn-wide" type="submit" disabled={busy}>
          Sign up
        </button>
      </Form>
    </div>
  );
}
