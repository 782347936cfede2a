import { render } from 'preact';

import { Application } from './application.tsx';
import { exposeDebugInterface } from './debug.ts';
import { startRouter } from './router.ts';
import { startSession } from './session.ts';

exposeDebugInterface();
startSession();
startRouter();

const root = document.getElementById('app');
if (root) render(<Application />, root);
