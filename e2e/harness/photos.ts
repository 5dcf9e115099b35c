import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** A picture of a car of our own making, drawn by scripts/draw-sample-photo.ts. */
export const carPhoto = fileURLToPath(new URL('../../resources/samples/car.png', import.meta.url));

export interface BadPhoto {
  what: string;
  /** Writes the picture into a folder and returns its path. */
  make(folder: string): Promise<string>;
  /** how the message to the user begins */
  message: string;
}

async function put(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

function plain(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: { r: 120, g: 150, b: 90 } } });
}

/** Pictures that can't become a car, with what the user must be told. */
export const badPhotos: BadPhoto[] = [
  {
    what: 'an empty file',
    make: (f) => put(f, 'nothing.jpg', new Uint8Array()),
    message: 'nothing.jpg has 0 bytes.',
  },
  {
    what: 'a text file',
    make: (f) => put(f, 'letter.jpg', new TextEncoder().encode('Dear car, '.repeat(50))),
    message: 'letter.jpg is not a picture.',
  },
  {
    what: 'a truncated picture',
    make: async (f) => {
      const noise = sharp({
        create: {
          width: 600,
          height: 400,
          channels: 3,
          background: 'white',
          noise: { type: 'gaussian', mean: 128, sigma: 40 },
        },
      });
      const whole = await noise.jpeg().toBuffer();
      return put(f, 'half.jpg', whole.subarray(0, whole.length / 2));
    },
    message: 'half.jpg is cut short or damaged',
  },
  {
    what: 'a picture 20 000 pixels wide',
    make: async (f) => put(f, 'wide.png', await plain(20_001, 40).png().toBuffer()),
    message: 'wide.png has 20001 x 40 pixels; the limit is 20000 pixels a side',
  },
  {
    what: 'a picture without a car',
    make: async (f) => put(f, 'meadow.png', await plain(640, 480).png().toBuffer()),
    message: 'No car was found in the photo.',
  },
];

export interface OddPhoto {
  what: string;
  make(folder: string): Promise<string>;
}

const car = () => sharp(carPhoto);

/** Unusual pictures of a car, which must all work. */
export const oddPhotos: OddPhoto[] = [
  {
    what: 'CMYK',
    make: async (f) => put(f, 'cmyk.jpg', await car().flatten().toColourspace('cmyk').jpeg().toBuffer()),
  },
  {
    what: '16 bit',
    make: async (f) => put(f, 'deep.png', await car().flatten().toColourspace('rgb16').png().toBuffer()),
  },
  {
    what: 'animated',
    make: async (f) => {
      const frame = await car().flatten().resize(384, 384).png().toBuffer();
      return put(
        f,
        'moving.gif',
        await sharp([frame, frame], { join: { animated: true } })
          .gif()
          .toBuffer(),
      );
    },
  },
  {
    what: 'EXIF-rotated',
    make: async (f) =>
      put(
        f,
        'turned.jpg',
        await car().flatten().rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer(),
      ),
  },
];
