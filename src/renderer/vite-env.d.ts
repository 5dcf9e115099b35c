/// <reference types="vite/client" />

interface Window {
  /** put there by the preload in Electron only */
  turnaround?: import('../shared/bridge.ts').TurnaroundBridge;
}
