import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import {
  Group,
  type GroupImperativeHandle,
  Panel,
  type PanelProps,
  Separator,
  useDefaultLayout,
} from 'react-resizable-panels';
import styles from './app.module.css';
import { InspectorPane } from './inspector/inspector-pane.tsx';
import { LibraryPane } from './library/library-pane.tsx';
import { NeuralPane } from './neural-view/neural-pane.tsx';
import { PhotoPane } from './photo/photo-pane.tsx';
import { type Layout, useView } from './state/view.ts';
import { ViewportPane } from './viewport/viewport-pane.tsx';

interface CollapsingPanelProps extends Omit<PanelProps, 'children' | 'collapsible' | 'onResize'> {
  children(hidden: boolean): ReactNode;
}

/** A panel that may shrink to nothing; then its content is told that it is out of sight. */
function CollapsingPanel({ children, ...panel }: CollapsingPanelProps) {
  const [hidden, setHidden] = useState(false);
  return (
    <Panel {...panel} collapsible onResize={({ inPixels }) => setHidden(inPixels < 2)}>
      {children(hidden)}
    </Panel>
  );
}

const shares: Record<Exclude<Layout, 'all'>, { centre: [number, number]; views: [number, number] }> = {
  mesh: { centre: [100, 0], views: [100, 0] },
  neural: { centre: [100, 0], views: [0, 100] },
  photo: { centre: [0, 100], views: [50, 50] },
};

/** Lets the layout of the view store decide which panes of the centre are seen; 'all' brings the user's own sizes back. */
function useLayoutModes() {
  const centre = useRef<GroupImperativeHandle>(null);
  const views = useRef<GroupImperativeHandle>(null);
  const own = useRef<{ centre: Record<string, number>; views: Record<string, number> } | null>(null);
  const layout = useView((state) => state.layout);
  useEffect(() => {
    if (!centre.current || !views.current) return;
    if (layout === 'all') {
      if (own.current) {
        centre.current.setLayout(own.current.centre);
        views.current.setLayout(own.current.views);
        own.current = null;
      }
      return;
    }
    own.current ??= { centre: centre.current.getLayout(), views: views.current.getLayout() };
    const share = shares[layout];
    centre.current.setLayout({ views: share.centre[0], photo: share.centre[1] });
    views.current.setLayout({ mesh: share.views[0], neural: share.views[1] });
  }, [layout]);
  const onUserLayout = useCallback(() => {
    own.current = null;
    useView.setState({ layout: 'all' });
  }, []);
  return { centre, views, onUserLayout };
}

/** Library, centre and inspector; every border can be dragged or moved with the arrow keys. */
export function Workspace({ onChoosePhoto }: { onChoosePhoto(): void }) {
  const outer = useDefaultLayout({ id: 'turnaround.workspace', storage: localStorage });
  const { centre, views, onUserLayout } = useLayoutModes();
  const settle = (_: Record<string, number>, { isUserInteraction }: { isUserInteraction: boolean }) => {
    if (isUserInteraction && useView.getState().layout !== 'all') onUserLayout();
  };
  const separator = (name: string) => <Separator className={styles.separator ?? ''} aria-label={name} />;
  return (
    <main className={styles.workspace}>
      <Group id="workspace" {...outer}>
        <CollapsingPanel
          id="library"
          defaultSize={140}
          minSize={124}
          maxSize={360}
          groupResizeBehavior="preserve-pixel-size"
        >
          {(hidden) => <LibraryPane hidden={hidden} />}
        </CollapsingPanel>
        {separator('Width of the library')}
        <Panel id="centre" minSize={360}>
          <Group id="centre-rows" orientation="vertical" groupRef={centre} onLayoutChanged={settle}>
            <CollapsingPanel id="views" defaultSize="64%" minSize={140}>
              {(viewsHidden) => (
                <Group id="views-columns" groupRef={views} onLayoutChanged={settle}>
                  <CollapsingPanel id="mesh" defaultSize="50%" minSize={160}>
                    {(hidden) => (
                      <ViewportPane hidden={hidden || viewsHidden} onChoosePhoto={onChoosePhoto} />
                    )}
                  </CollapsingPanel>
                  {separator('Width of the 3D viewport')}
                  <CollapsingPanel id="neural" defaultSize="50%" minSize={160}>
                    {(hidden) => <NeuralPane hidden={hidden || viewsHidden} />}
                  </CollapsingPanel>
                </Group>
              )}
            </CollapsingPanel>
            {separator('Height of the views')}
            <CollapsingPanel id="photo" defaultSize="36%" minSize={90}>
              {(hidden) => <PhotoPane hidden={hidden} />}
            </CollapsingPanel>
          </Group>
        </Panel>
        {separator('Width of the inspector')}
        <Panel
          id="inspector"
          defaultSize={292}
          minSize={256}
          maxSize={420}
          groupResizeBehavior="preserve-pixel-size"
        >
          <InspectorPane />
        </Panel>
      </Group>
    </main>
  );
}
