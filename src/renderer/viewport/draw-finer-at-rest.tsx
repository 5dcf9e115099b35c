import { useThree } from '@react-three/fiber';
import { useEffect } from 'react';
import { useCar } from '../state/car.ts';
import { restMilliseconds, useView } from '../state/view.ts';

const [movingDpr, restDpr] = [0.75, 2];

/** Draws coarsely while the view or the car changes and finely (supersampled) at rest. */
export function DrawFinerAtRest() {
  const setDpr = useThree((state) => state.setDpr);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const rest = () => setDpr(restDpr);
    const move = () => {
      setDpr(movingDpr);
      clearTimeout(timer);
      timer = setTimeout(rest, restMilliseconds);
    };
    timer = setTimeout(rest, restMilliseconds);
    const stops = [
      useView.subscribe((now, before) => {
        if (now.viewpoint !== before.viewpoint) move();
      }),
      useCar.subscribe(move),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [setDpr]);
  return null;
}
