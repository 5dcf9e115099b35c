import { Pane } from '../ui/pane.tsx';
import { CarSection } from './car-section.tsx';
import { EngineSection } from './engine-section.tsx';
import styles from './inspector.module.css';
import { RefineSection } from './refine-section.tsx';
import { ViewpointSection } from './viewpoint-section.tsx';

export function InspectorPane() {
  return (
    <Pane title="Inspector">
      <div className={styles.scroll}>
        <ViewpointSection />
        <CarSection />
        <RefineSection />
        <EngineSection />
      </div>
    </Pane>
  );
}
