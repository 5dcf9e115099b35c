/** A photo as the engine works on it: oriented, sRGB, 8 bit, rows from the top. */
export interface DecodedPhoto {
  width: number;
  height: number;
  /** [height, width, 3] sRGB */
  rgb: Uint8Array;
  /** [height, width] 0..255 where the file holds a transparency that separates something; otherwise null */
  alpha: Uint8Array | null;
  /** JPEG or PNG of the oriented photo in sRGB, to be kept in the project; it tells no place, time or camera */
  picture: Uint8Array;
}

/** A rectangle in photo pixels; x and y are its left and top edges. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
