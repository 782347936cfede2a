CREATE TABLE users (
    id            uuid PRIMARY KEY,
    username      text NOT NULL CONSTRAINT users_username_key UNIQUE,
    email         text NOT NULL,
    password_hash text NOT NULL,
    bio           text,
    image         text,
    version       bigint NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX users_email_key ON users (lower(email));

-- An unfollow keeps its row: the version has to go on rising.
CREATE TABLE follows (
    follower_id uuid NOT NULL REFERENCES users,
    followee_id uuid NOT NULL REFERENCES users,
    following   boolean NOT NULL,
    version     bigint NOT NULL,
    PRIMARY KEY (follower_id, followee_id)
);

CREATE TABLE outbox (
    id         uuid PRIMARY KEY,
    subject    text NOT NULL,
    payload    text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE signing_keys (
    kid          text PRIMARY KEY,
    jwk          text NOT NULL,
    activates_at timestamptz NOT NULL
);
