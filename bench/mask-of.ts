/** The mask that lies beside a photo of ../shared/eval. */
export const maskOf = (photo: string): string => photo.replace(/\.jpg$/, '.png');
