import { createHash } from 'node:crypto';
import type { CostResult } from './evaluate-costs.ts';
import type { HeldOutResult } from './evaluate-held-out.ts';
import type { PhotoResult } from './evaluate-photos.ts';
import type { ThreeResult } from './evaluate-three-photos.ts';
import type { TurntableResult } from './evaluate-turntable.ts';
import { endsSection } from './report-ends.ts';
import { heldOutMissing, heldOutSection } from './report-held-out.ts';
import { photoSection } from './report-photos.ts';
import { threeSection, turntableSection } from './report-turntable.ts';
import type { Measured } from './run.ts';

export interface Evaluation {
  command: string;
  machine: string;
  /** text of models/manifest.json; its hash ties the figures to the models */
  manifest: string;
  photos: Measured<PhotoResult>;
  costs: Measured<CostResult>;
  turntable: Measured<TurntableResult>;
  three: Measured<ThreeResult>;
  /** null where no folder of truth was given */
  heldOut: Measured<HeldOutResult> | null;
}

/** The Markdown of bench/RESULTS.md. */
export function report(evaluation: Evaluation): string {
  const { command, machine, manifest, photos, costs, turntable, three, heldOut } = evaluation;
  const models = createHash('sha256').update(manifest).digest('hex').slice(0, 16);
  const any = ({ results, failures }: Measured<unknown>) => results.length + failures.length > 0;
  const sections = [
    endsSection(evaluation),
    ...(any(photos) ? [photoSection(photos, costs)] : []),
    ...(any(turntable) ? [turntableSection(turntable)] : []),
    ...(any(three) ? [threeSection(three)] : []),
    heldOut && any(heldOut) ? heldOutSection(heldOut) : heldOutMissing,
  ];
  return `# Results on real photos and held-out renders

Made by \`${command}\` on ${machine}; models: manifest sha256 ${models}. "Open" pictures may guide choices, those held back are only reported. Beside these: [SPEED.md](SPEED.md) (a 12-megapixel photo, the neural view's rate), [BLENDER.md](BLENDER.md) (the exported GLB in another program).

${sections.join('\n\n')}
`;
}
