import { type Provider, providers } from '../../shared/studio-api.ts';
import { setProvider } from '../actions/start.ts';
import { useActivity } from '../state/activity.ts';
import { useConnection } from '../state/connection.ts';
import { openDialog } from '../state/dialogs.ts';
import { useRefine } from '../state/refine.ts';
import styles from './inspector.module.css';
import { Row, Section } from './section.tsx';

export const providerNames: Record<Provider, string> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
};

/** What computes, and with which models. */
export function EngineSection() {
  const { status, phase } = useConnection();
  const busy = useActivity((state) => state.activity !== null);
  const refining = useRefine((state) => state.phase === 'running');
  const tried = status?.tried.find((entry) => entry.provider === status.provider);
  const usable = (provider: Provider) =>
    provider === 'cpu' || status?.tried.some((entry) => entry.provider === provider && entry.reason === null);
  const size = (status?.models ?? []).reduce((sum, model) => sum + model.bytes, 0);
  return (
    <Section title="Engine">
      <Row name="Connection">
        <span>{phase === 'ready' ? 'Ready' : phase === 'connecting' ? 'Connecting' : 'Lost'}</span>
      </Row>
      <Row name="Computes on">
        <select
          className={styles.select}
          aria-label="Computes on"
          value={status?.provider ?? 'cpu'}
          disabled={!status || phase !== 'ready' || busy || refining}
          onChange={(event) => {
            const chosen = providers.find((provider) => provider === event.target.value);
            if (chosen) setProvider(chosen);
          }}
        >
          {providers.map((provider) => (
            <option key={provider} value={provider} disabled={!usable(provider)}>
              {providerNames[provider]}
            </option>
          ))}
        </select>
      </Row>
      {tried?.milliseconds && (
        <Row name="Generator">
          <span>{tried.milliseconds.toFixed(1)} ms a picture</span>
        </Row>
      )}
      <Row name="Models">
        {status && status.models.length > 0 ? (
          <button type="button" className={styles.link} onClick={() => openDialog('engine')}>
            {status.models.length} models, {(size / 1e6).toFixed(1)} MB
          </button>
        ) : (
          <span>-</span>
        )}
      </Row>
    </Section>
  );
}
