// SPDX-License-Identifier: Apache-2.0
// Draws letters of DejaVu Sans, whose file it is given, with stb_truetype,
// packs them with stb_rect_pack, and prints them and their measures.
#include <stdio.h>
#include <stdlib.h>

#define STB_RECT_PACK_IMPLEMENTATION
#include "stb_rect_pack.h"
#define STB_TRUETYPE_IMPLEMENTATION
#include "stb_truetype.h"

static unsigned char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc((size_t)size);
  if (fread(bytes, 1, (size_t)size, file) != (size_t)size) exit(1);
  fclose(file);
  return bytes;
}

static void print_letter(const stbtt_fontinfo *font, int letter) {
  int width, height, left, top, advance, bearing;
  unsigned char *bitmap =
      stbtt_GetCodepointBitmap(font, 0, stbtt_ScaleForPixelHeight(font, 20),
                               letter, &width, &height, &left, &top);
  stbtt_GetCodepointHMetrics(font, letter, &advance, &bearing);
  printf("%c: %dx%d at %d,%d, advance %d, bearing %d, kerning %d\n", letter,
         width, height, left, top, advance, bearing,
         stbtt_GetCodepointKernAdvance(font, letter, 'V'));
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      putchar(" .:ioVM@"[bitmap[y * width + x] / 32]);
    }
    putchar('\n');
  }
  stbtt_FreeBitmap(bitmap, NULL);
}

static void print_packed(const unsigned char *bytes) {
  static unsigned char page[256 * 256];
  stbtt_pack_context pack;
  stbtt_packedchar letters[95];
  stbtt_PackBegin(&pack, page, 256, 256, 0, 1, NULL);
  stbtt_PackSetOversampling(&pack, 2, 2);
  printf("packed: %d\n",
         stbtt_PackFontRange(&pack, bytes, 0, 18, 32, 95, letters));
  stbtt_PackEnd(&pack);
  unsigned sum = 0;
  for (unsigned i = 0; i < sizeof page; i++) sum = sum * 31 + page[i];
  printf("page %08x, 'A' at %d,%d, 'z' at %d,%d\n", sum, letters[33].x0,
         letters[33].y0, letters[90].x0, letters[90].y0);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  unsigned char *bytes = read_file(argv[1]);
  stbtt_fontinfo font;
  if (!stbtt_InitFont(&font, bytes, 0)) return 1;
  int ascent, descent, gap;
  stbtt_GetFontVMetrics(&font, &ascent, &descent, &gap);
  printf("ascent %d, descent %d, gap %d, %d glyphs\n", ascent, descent, gap,
         font.numGlyphs);
  for (const char *letter = "kheaP&@"; *letter; letter++) {
    print_letter(&font, *letter);
  }
  print_packed(bytes);
  free(bytes);
  return 0;
}
