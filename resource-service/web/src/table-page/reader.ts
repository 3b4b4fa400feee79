// Reads the value at a path from many documents: the path is taken apart once.
import { isObject, splitPath, type Json, type JsonObject } from '@/api/json';

export type Reader = (document: JsonObject) => Json | undefined;

export function readerOf(path: string): Reader {
  const names = splitPath(path);
  return (document) => {
    let here: Json | undefined = document;
    for (const name of names) {
      if (isObject(here) && Object.hasOwn(here, name)) here = here[name];
      else return undefined;
    }
    return here;
  };
}
