import { useState } from 'preact/hooks';

import { href } from '../../shared/routes.ts';
import { updateUser, type UserFields } from '../api.ts';
import { useAction, useTitle } from '../hooks.ts';
import type { User } from '../model.ts';
import { ErrorMessages } from '../parts/error-messages.tsx';
import { Form, Input, Textarea } from '../parts/form.tsx';
import { navigate } from '../router.ts';
import { setUser, signOut } from '../session.ts';

export function SettingsPage({ user }: { user: User }) {
  const [stored] = useState(user); // the fields are filled once
  const { busy, messages, run } = useAction();
  useTitle('Settings');

  const send = (value: (name: string) => string) => {
    const fields: UserFields = {
      image: value('image'),
      username: value('username'),
      bio: value('bio'),
      email: value('email'),
    };
    const password = value('password');
    if (password !== '') fields.password = password;
    run(
      () => updateUser(fields),
      (answer) => {
        const { image, username, bio, email } = fields;
        const updated = answer ?? { ...user, username, email, image: image || null, bio: bio || null };
        setUser(updated);
        navigate(href.profile(updated.username));
      },
    );
  };

  return (
    <div class="settings-page container page narrow">
      <h1>Your Settings</h1>
      <ErrorMessages messages={messages} />
      <Form onSend={send}>
        <Input
          name="image"
          label="Profile picture"
          placeholder="URL of profile picture"
          inputMode="url"
          defaultValue={stored.image ?? ''}
        />
        <Input
          name="username"
          label="Username"
          placeholder="Your Name"
          autoComplete="username"
          defaultValue={stored.username}
        />
        <Textarea name="bio" label="Bio" placeholder="Short bio about you" rows={6} defaultValue={stored.bio ?? ''} />
        <Input
          name="email"
          label="Email"
          placeholder="Email"
          inputMode="email"
          autoComplete="email"
          defaultValue={stored.email}
        />
        <Input
          name="password"
          label="New password"
          placeholder="New Password"
          type="password"
          autoComplete="new-password"
        />
        <button class="btn btn-lg btn-primary" type="submit" disabled={busy}>
          Update Settings
        </button>
      </Form>
      <hr />
      <button
        class="btn btn-outline-danger"
        type="button"
        onClick={() => {
          navigate(href.home());
          signOut();
        }}
      >
        Or click here to logout
      </button>
    </div>
  );
}
