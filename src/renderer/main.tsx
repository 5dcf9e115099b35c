import './allow-no-eval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startPage } from './actions/start.ts';
import { App } from './app.tsx';
import { chooseHost } from './hosts/choose-host.ts';
import { applyTheme } from './state/theme.ts';

applyTheme(document.documentElement);
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
const host = chooseHost();
startPage(host);
createRoot(root).render(
  <StrictMode>
    <App host={host} />
  </StrictMode>,
);
