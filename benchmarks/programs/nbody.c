// SPDX-License-Identifier: Apache-2.0
// Five bodies that attract each other; the energy has to stay. Positions are in
// astronomical units, masses in solar masses.
#include <math.h>
#include <stdio.h>

enum { kBodies = 5, kSteps = 1500000 };

struct Body {
  double x[3], v[3], mass;
};

static struct Body bodies[kBodies] = {
    {{0, 0, 0}, {0, 0, 0}, 39.478},
    {{4.84, -1.16, -0.10}, {0.606, 2.81, -0.02}, 0.0377},
    {{8.34, 4.12, -0.4}, {-1.01, 1.82, 0.008}, 0.0113},
    {{12.89, -15.11, -0.22}, {1.08, 0.868, -0.01}, 0.00172},
    {{15.37, -25.9, 0.179}, {0.979, 0.594, -0.034}, 0.00203},
};

static void Advance(struct Body* b, double dt) {
  for (int i = 0; i < kBodies; i++) {
    for (int j = i + 1; j < kBodies; j++) {
      double d[3], square = 0;
      for (int k = 0; k < 3; k++) {
        d[k] = b[i].x[k] - b[j].x[k];
        square += d[k] * d[k];
      }
      const double pull = dt / (square * sqrt(square));
      for (int k = 0; k < 3; k++) {
        b[i].v[k] -= d[k] * b[j].mass * pull;
        b[j].v[k] += d[k] * b[i].mass * pull;
      }
    }
  }
  for (int i = 0; i < kBodies; i++) {
    for (int k = 0; k < 3; k++) b[i].x[k] += dt * b[i].v[k];
  }
}

static double Energy(const struct Body* b) {
  double energy = 0;
  for (int i = 0; i < kBodies; i++) {
    for (int k = 0; k < 3; k++) {
      energy += b[i].mass * b[i].v[k] * b[i].v[k] / 2;
    }
    for (int j = i + 1; j < kBodies; j++) {
      double square = 0;
      for (int k = 0; k < 3; k++) {
        const double d = b[i].x[k] - b[j].x[k];
        square += d * d;
      }
      energy -= b[i].mass * b[j].mass / sqrt(square);
    }
  }
  return energy;
}

int main(void) {
  const double before = Energy(bodies);
  for (int step = 0; step < kSteps; step++) Advance(bodies, 0.001);
  const double after = Energy(bodies);
  printf("%.9f %.9f %.9f\n", before, after, bodies[1].x[0]);
  return fabs(after - before) > 1e-4;
}
