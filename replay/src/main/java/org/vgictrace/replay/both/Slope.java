package org.vgictrace.replay.both;

/** The line through points by least squares; what is the same in all of them does not tilt it. */
final class Slope {
  private double count;
  private double sumX;
  private double sumY;
  private double sumXx;
  private double sumXy;

  void add(double x, double y) {
    count++;
    sumX += x;
    sumY += y;
    sumXx += x * x;
    sumXy += x * y;
  }

  /** How steep it is, 0 if the points do not tell. */
  double slope() {
    double spread = count * sumXx - sumX * sumX;
    return spread > 0 ? (count * sumXy - sumX * sumY) / spread : 0;
  }

  /** Its value at 0. */
  double atZero() {
    return count > 0 ? (sumY - slope() * sumX) / count : 0;
  }
}
