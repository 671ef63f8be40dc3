import type { KeepImage } from '../ports/images.ts';

/** Keeps nothing: the picture is its own address. What is left when no store is there. */
export const dataUrlImages: KeepImage = ({ mimeType, data }) => Promise.resolve(`data:${mimeType};base64,${data}`);
