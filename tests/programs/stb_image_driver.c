// SPDX-License-Identifier: Apache-2.0
// Draws a picture, writes it in each format that stb_image_write knows, reads
// each back, and prints digests of both.
#include <stdio.h>
#include <stdlib.h>

#define STB_IMAGE_IMPLEMENTATION
#include "stb_image.h"
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "stb_image_write.h"
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include "stb_image_resize.h"

enum { kWidth = 97, kHeight = 61, kChannels = 3 };

struct file {
  unsigned char *bytes;
  int size;
};

static unsigned digest(const unsigned char *bytes, int size) {
  unsigned hash = 2166136261u;
  for (int i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

static void append(void *context, void *data, int size) {
  struct file *file = context;
  file->bytes = realloc(file->bytes, (size_t)(file->size + size));
  memcpy(file->bytes + file->size, data, (size_t)size);
  file->size += size;
}

static void draw(unsigned char *pixels) {
  unsigned state = 7;
  for (int y = 0; y < kHeight; y++) {
    for (int x = 0; x < kWidth; x++) {
      state = state * 1103515245u + 12345u;
      *pixels++ = (unsigned char)(x * 255 / kWidth);
      *pixels++ = (unsigned char)((x ^ y) * 3);
      *pixels++ = (unsigned char)(state / 65536 % 16 + y * 2);
    }
  }
}

static void show_half(const struct file *file) {
  int width, height, channels;
  unsigned char *pixels = stbi_load_from_memory(file->bytes, file->size / 2,
                                                &width, &height, &channels, 4);
  printf("  half: %s\n", pixels ? "read" : stbi_failure_reason());
  stbi_image_free(pixels);
}

static void show(const char *format, struct file *file) {
  int width, height, channels;
  unsigned char *pixels = stbi_load_from_memory(file->bytes, file->size, &width,
                                                &height, &channels, 0);
  printf("%s: %d bytes %08x\n", format, file->size,
         digest(file->bytes, file->size));
  if (pixels == NULL) {
    printf("  %s\n", stbi_failure_reason());
  } else {
    printf("  %dx%d of %d: %08x\n", width, height, channels,
           digest(pixels, width * height * channels));
  }
  stbi_image_free(pixels);
  // Half of a file is refused, or its rest is made up; of a HDR file it is
  // waited for without end.
  if (strcmp(format, "hdr") != 0) show_half(file);
  free(file->bytes);
  *file = (struct file){0};
}
int main(void) {
  static unsigned char pixels[kWidth * kHeight * kChannels];
  static unsigned char small[33 * 20 * kChannels];
  static float levels[kWidth * kHeight * kChannels];
  struct file file = {0};
  draw(pixels);
  stbi_write_png_to_func(append, &file, kWidth, kHeight, kChannels, pixels,
                         kWidth * kChannels);
  show("png", &file);
  stbi_write_bmp_to_func(append, &file, kWidth, kHeight, kChannels, pixels);
  show("bmp", &file);
  stbi_write_tga_to_func(append, &file, kWidth, kHeight, kChannels, pixels);
  show("tga", &file);
  stbi_write_jpg_to_func(append, &file, kWidth, kHeight, kChannels, pixels, 80);
  show("jpg", &file);
  for (int i = 0; i < kWidth * kHeight * kChannels; i++) {
    levels[i] = (float)pixels[i] / 255;
  }
  stbi_write_hdr_to_func(append, &file, kWidth, kHeight, kChannels, levels);
  show("hdr", &file);
  stbir_resize_uint8(pixels, kWidth, kHeight, 0, small, 33, 20, 0, kChannels);
  printf("resized: %08x\n", digest(small, sizeof small));
  return 0;
}
