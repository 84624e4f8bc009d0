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

enum { PAGE_SIDE = 256, FIRST_LETTER = 32, LETTERS = 95 };

static unsigned sum_of(const unsigned char *page,
                       const stbtt_packedchar *letter) {
  unsigned sum = 0;
  for (int y = letter->y0; y < letter->y1; y++) {
    for (int x = letter->x0; x < letter->x1; x++) {
      sum = sum * 31 + page[y * PAGE_SIDE + x];
    }
  }
  return sum;
}

// Where a letter lies on the page is not printed: the packer sorts letters by
// height with `qsort`, which may put equal ones in either order.
static void print_packed(const unsigned char *bytes) {
  static unsigned char page[PAGE_SIDE * PAGE_SIDE];
  stbtt_pack_context pack;
  stbtt_packedchar letters[LETTERS];
  stbtt_PackBegin(&pack, page, PAGE_SIDE, PAGE_SIDE, 0, 1, NULL);
  stbtt_PackSetOversampling(&pack, 2, 2);
  printf("packed: %d\n", stbtt_PackFontRange(&pack, bytes, 0, 18, FIRST_LETTER,
                                             LETTERS, letters));
  stbtt_PackEnd(&pack);
  for (int i = 0; i < LETTERS; i++) {
    printf("%c %08x\n", FIRST_LETTER + i, sum_of(page, &letters[i]));
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  unsigned char *bytes = read_file(argv[1]);
  stbtt_fontinfo font = {0};  // stbtt_InitFont leaves a member unset
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
