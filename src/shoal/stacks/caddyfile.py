"""How files are served. Text for Caddy; https://caddyserver.com/docs/caddyfile explains its words.

- Names that begin with a dot aren't there, but for `.well-known`. Folders aren't listed. Only GET and HEAD.
- What has a hash in its name, in a folder of such things, is kept by browsers for ever; all else is asked for again, by
  its ETag, each time. The hash: 8 characters or more behind `-` or `.`, a digit or capital among them, and a letter.
- Where there is no such file, the page answers (its routes are paths, too), to whoever wants HTML or asks for a name
  without an ending: a script that is gone must not come as a page. A folder with a `404.html` has no such routes.
"""

from __future__ import annotations

CADDYFILE = r"""{
	admin off
	auto_https off
	persist_config off
	grace_period 5s
	servers {
		protocols h1 h2c
	}
}

:{$PORT} {
	bind {$HOST}
	encode zstd gzip
	header {
		-Server
		X-Content-Type-Options nosniff
	}

	@hidden {
		path_regexp /\.
		not path_regexp ^/\.well-known(/[^./][^/]*)*/?$
	}
	handle @hidden {
		error 404
	}

	@other not method GET HEAD
	handle @other {
		header Allow "GET, HEAD"
		error 405
	}

	@file file {path} {path}/index.html
	handle @file {
		@hashed {
			path /assets/* /static/* */immutable/*
			expression <<CEL
				path_regexp('[-.][A-Za-z0-9_]{8,}[.][a-z0-9]+$')
				&& path_regexp('[-.][A-Za-z0-9_]*[0-9A-Z][A-Za-z0-9_]*[.][a-z0-9]+$')
				&& path_regexp('[-.][A-Za-z0-9_]*[A-Za-z][A-Za-z0-9_]*[.][a-z0-9]+$')
				CEL
		}
		header @hashed Cache-Control "public, max-age=31536000, immutable"
		header ?Cache-Control no-cache
		@manifest path *.webmanifest
		header @manifest Content-Type application/manifest+json
		file_server {
			precompressed br gzip
		}
	}

	@page {
		not file /404.html
		file /index.html
		expression `header({'Accept': '*text/html*'}) || !path_regexp('[.][^/]*$')`
	}
	handle @page {
		header Cache-Control no-cache
		rewrite * /index.html
		file_server {
			precompressed br gzip
		}
	}

	handle {
		error 404
	}

	handle_errors {
		header -Server
		@own {
			expression {err.status_code} == 404
			file /404.html
		}
		handle @own {
			rewrite * /404.html
			file_server
		}
	}
}
"""
