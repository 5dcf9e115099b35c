/** What a stage of the refinement may change. */
export interface Freedom {
  coefficients: boolean;
  field: boolean;
}

export interface Stage {
  name: 'viewpoint' | 'shape' | 'surface' | 'settle';
  /** share of all iterations */
  share: number;
  /** the crop's side in pixels: 256, 128 or 64 */
  resolution: 256 | 128 | 64;
  /** falloff of the soft silhouette at the stage's begin and end; grows geometrically */
  sigmainv: readonly [number, number];
  freedom: Freedom;
}

/**
 * From coarse to fine: a low sigmainv reaches 0.15 of the half crop (about 20 of 256 pixels), which catches an outline that
 * is far off; a high one places it to a fraction of a pixel. 12000 rather than DIB-R's 7000 at the end, because the soft rim
 * then is thinner than one pixel. The viewpoint goes first, or the shape would buy what a turn gives for free.
 */
export const stages: readonly Stage[] = [
  {
    name: 'viewpoint',
    share: 0.2,
    resolution: 64,
    sigmainv: [300, 700],
    freedom: { coefficients: false, field: false },
  },
  {
    name: 'shape',
    share: 0.3,
    resolution: 128,
    sigmainv: [500, 3000],
    freedom: { coefficients: true, field: false },
  },
  {
    name: 'surface',
    share: 0.4,
    resolution: 256,
    sigmainv: [2000, 12000],
    freedom: { coefficients: true, field: true },
  },
  {
    name: 'settle',
    share: 0.1,
    resolution: 256,
    sigmainv: [12000, 12000],
    freedom: { coefficients: true, field: true },
  },
];

/**
 * Every other number that steers the refinement, with its reason. They were chosen on the first 60 photos of eval/photos
 * and on synthetic targets; bench/ measures the others.
 */
export const schedule = {
  /** One face per pixel: exp(-d^2 sigmainv) of the distance to the outline, which needs contour edges alone and doesn't
   * depend on how finely the mesh is cut, as DIB-R's product over 30 faces does. */
  nearest: 1,

  /** First steps of Adam; about what one step should move at most. Order of cameraNames: radians, logs, crop shares. */
  cameraRates: [0.025, 0.012, 0.008, 0.025, 0.03, 0.008, 0.008],
  /** in standard deviations of the shape basis */
  coefficientRate: 0.12,
  /** in car lengths, of the smoothed coordinates */
  fieldRate: 0.008,
  /** Rates fall to this share over a stage (cosine), so that each ends settled. */
  finalRate: 0.1,

  /** Steps of the free field are smoothed over about sqrt(12) = 3 to 4 edges, 0.08 of the car: dents, not spikes. (8 and 20
   * gave the same IoU within 0.002 on 12 photos.) */
  stiffness: 12,

  /** Weights of the terms; the silhouette's is 1, so each says what a hundredth of IoU is worth. */
  weights: {
    /** mean square of the coefficients, whose own is 1 for a usual car */
    prior: 0.0015,
    /**
     * mean square of the coefficients' departure from the start: hardly any, as the encoder says little of all but the first
     * coefficients (it keeps to 0.2 standard deviations where the turntable cars have 0.7), so that the outline must. From
     * 0.01 and a prior of 0.01 to these, the mean voxel IoU rises from 0.7236 to 0.7287 on 24 held-out renders and from 0.806 to
     * 0.813 from three renders each of 12 scenes; the unseen views' IoU on 24 views of the six open turntable cars from 0.9104
     * to 0.9110 (median 0.9205 to 0.9220). A third of these gives 0.7301 and no more. An encoder that says more asks for more.
     */
    anchor: 0.001,
    /**
     * squared Mahalanobis distance from real cars' proportions (2 on average), where the photos hide the car's length:
     * end-on a long low car far away looks like a short tall one nearby, and the 12 end-on views of the six open turntable
     * cars came out up to a tenth too low. On 36 views of those cars the unseen views' mean IoU rises from 0.9081 to 0.9118,
     * their 10th percentile from 0.856 to 0.865, and end-on by 0.008. Views from elsewhere would lose 0.001.
     */
    proportions: 0.008,
    /** departures of the camera in standard deviations, sum of squares */
    camera: 0.0015,
    /** bending of the free field in edge lengths */
    laplacian: 0.4,
    /** new creases */
    flatness: 2,
    /** mean square of the free field in car lengths: 1 % of the length everywhere costs 0.0005 */
    movement: 5,
    /** mean square height of the wheels' contact vertices in car lengths: 1 % costs 0.005 */
    ground: 50,
  },

  /**
   * Distance in car lengths from which cars are usually photographed, and how much it counts beside the start's own (shares of
   * the logarithm): an outline tells little of the distance, and a start that was learned on renders from 2.4 lengths puts the
   * camera too far away. On 18 views of six turntable cars the unseen views' IoU rises from 0.898 without to 0.904 with 0.6 and
   * to 0.908 with 0.9, from three photos from 0.926 to 0.933 and 0.935; those turntables were all photographed from about 1.5
   * lengths, though, and cars from 2.5 lengths are fitted worse with 0.9 than with 0.6.
   */
  usualDistance: { lengths: 1.5, share: 0.75 },

  /**
   * Height in car lengths at which the eye usually stands, 1.7 metres for a car of 4.6, how much it counts beside the start's
   * own elevation, and from how far off (radians, a standard deviation) the start is believed instead. With the first encoder
   * and from the side alone the unseen views' mean IoU on the 24 views above rose from 0.9073 to 0.9085; end-on a share of a
   * half cost 0.002 with both encoders, until the car was made higher as well (roofDepth): a lower eye alone can't show a car
   * that is too low. The turntables' eyes stood at 0.35 to 0.41 as found from eight views together.
   */
  usualHeight: { lengths: 0.37, share: 0.8, reach: 0.2 },

  /**
   * How far in car lengths the roof lies behind the near end of a car seen end-on, and its near edge before the car's middle
   * plane seen from the side (heightFactor). The second encoder sees the open turntable cars 3 % too low end-on and 6 % too
   * high from the side, one car with the other, as its eye stands at about 2.1 lengths instead of 1.65. With the car's height
   * changed by this, the eye's height end-on too and a deviation of the elevation of 0.05 instead of 0.1, the unseen views'
   * IoU on the 24 views above rises by 0.0036 +- 0.0022 (mean 0.9080 to 0.9115, 10th percentile 0.847 to 0.856; the median
   * stays, 0.922 and 0.923), by 0.008 end-on; by 0.0020 +- 0.0020 with 0.1. These are without usualHeight.reach; with it the
   * 12 views straight from front and rear rise by 0.0077 +- 0.0040 (median 0.885 to 0.892). Every sixth of the first 60
   * photos fits as well: IoU 0.984 before and after, no photo worse by more than 0.003.
   */
  roofDepth: { end: 0.5, side: 0.2 },

  /**
   * Standard deviations of what the start may be wrong by, in the order of cameraNames. Half of that of the log distance adds
   * 0.001 to the unseen views' mean IoU of the turntables, whose cameras stood near the usual distance, but known cars from
   * 2.5 lengths (refine.test.ts) are fitted worse by a third from one photo and by two thirds from three.
   */
  cameraDeviations: [0.26, 0.05, 0.05, 0.3, 0.35, 0.1, 0.1],

  /** Sine of the azimuth off the car's axis at which a start's camera sees enough of its length (lengthHidden). */
  endOn: 0.25,

  /**
   * Standard deviations, between photos of one car, of what one photographer with one camera keeps: elevation (radians) and
   * log distance. On 12 triples of the open turntable cars, whose camera stood still, the unseen views' mean IoU rises from
   * 0.9341 to 0.9368; from three renders each of 12 held-out scenes, whose eyes stand 0 to 30 degrees high, the mean voxel IoU
   * from 0.804 to 0.806, and elevations err by 1.9 degrees with it and without.
   */
  together: { elevation: 0.03, distance: 0.05 },

  /** Vertices of the template below this height (car lengths) stand on the ground. */
  contactHeight: 0.012,
  /** Share of all vertices that may lie below the ground before the car is lifted. */
  groundShare: 0.004,

  /**
   * Starts: turns from the given azimuth (degrees), each for some steps at 64 pixels, and how much better in IoU than others
   * a start must fit to be taken. The given one goes first, so that something is seen soon. Seen straight from the front or
   * from behind, the wrong end of a car fits as well as the right one (after whole refinements the scores of both differed by
   * less than 0.005 on 12 such views, at the start by up to 0.014 in IoU, to either side): only a clear difference turns the
   * car around, as there is on views from three quarters.
   */
  starts: [
    { turnDeg: 0, margin: 0 },
    { turnDeg: -12, margin: 0 },
    { turnDeg: 12, margin: 0 },
    { turnDeg: -24, margin: 0 },
    { turnDeg: 24, margin: 0 },
    { turnDeg: 180, margin: 0.03 },
  ],
  startSteps: 14,
  /** Steps of the first start after which it is looked at whether there is something better to show. */
  firstLook: 4,

  /**
   * Shares of the crop by which a car that is drawn reaches behind the mask's outline where something hides it: after the
   * stages before, shapes are wrong by less.
   */
  occluderDepth: 0.04,

  /** Milliseconds between two reports. */
  reportEveryMs: 120,
} as const;
