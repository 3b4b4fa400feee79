//! Molecular dynamics of a Lennard-Jones fluid in a periodic box, in reduced units (ε = σ = m = k = 1).
//!
//! Pure numbers: knows no clock, no network and no document. Each start gives the same numbers.

use std::f64::consts::{PI, TAU};

/// Unit cells of the face-centred cubic lattice along each side that the fluid is melted from.
const CELLS: u32 = 3;
/// Distance beyond which a pair is not counted: less than half of the box for each density up to 0.86.
const CUTOFF: f64 = 2.5;
/// Time in which the thermostat halves a difference of temperature, roughly.
const COUPLING: f64 = 0.2;

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Particles in a unit of volume.
    pub density: f64,
    /// What the thermostat keeps to.
    pub temperature: f64,
    /// Length of a time step.
    pub time_step: f64,
}

/// What a time step ended with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// Potential energy of a particle, the part beyond the cutoff estimated.
    pub energy: f64,
    /// From the kinetic energy.
    pub temperature: f64,
    /// From the virial, the part beyond the cutoff estimated.
    pub pressure: f64,
}

/// Particles that move by the velocity Verlet scheme, coupled to a heat bath (H. J. C. Berendsen et al., *J. Chem. Phys.* 81,
/// 3684, 1984).
pub struct Fluid {
    state: State,
    side: f64,
    places: Axes,
    velocities: Axes,
    forces: Axes,
    potential: f64,
    virial: f64,
    /// Of one particle to each later one: the distance to its nearest image, the force over it, energy and virial.
    apart: Axes,
    strength: Vec<f64>,
    energies: Vec<f64>,
    virials: Vec<f64>,
}

/// A number of each particle along each axis.
type Axes = [Vec<f64>; 3];

impl Fluid {
    /// A lattice whose particles move at random, with no motion of the whole. It stays a lattice for long unless it is melted.
    pub fn new(state: State) -> Self {
        let count = 4 * CELLS * CELLS * CELLS;
        let side = (f64::from(count) / state.density).cbrt();
        let places = lattice(side);
        let particles = places[0].len();
        let mut random = Random(1);
        let velocities = [(); 3].map(|()| {
            let mut along: Vec<f64> =
                (0..particles).map(|_| random.normal() * state.temperature.sqrt()).collect();
            let drift = along.iter().sum::<f64>() / f64::from(count);
            for velocity in &mut along {
                *velocity -= drift;
            }
            along
        });
        let nothing = || vec![0.0; particles];
        let none = || [nothing(), nothing(), nothing()];
        let (strength, energies, virials) = (nothing(), nothing(), nothing());
        let (forces, apart, potential, virial) = (none(), none(), 0.0, 0.0);
        let mut fluid = Self {
            state,
            side,
            places,
            velocities,
            forces,
            potential,
            virial,
            apart,
            strength,
            energies,
            virials,
        };
        fluid.attract();
        fluid
    }

    /// How many particles there are.
    pub fn particles(&self) -> usize {
        self.places[0].len()
    }

    /// Lets the thermostat keep to another temperature.
    pub fn keep_to(&mut self, temperature: f64) {
        self.state.temperature = temperature;
    }

    /// Moves the particles by one time step.
    pub fn advance(&mut self) -> Observed {
        let (step, side) = (self.state.time_step, self.side);
        self.push();
        for axis in 0..3 {
            for (place, velocity) in self.places[axis].iter_mut().zip(&self.velocities[axis]) {
                *place += step * velocity;
                *place -= side * (*place / side).floor();
            }
        }
        self.attract();
        self.push();
        let factor = (1.0 + step / COUPLING * (self.state.temperature / self.temperature() - 1.0)).sqrt();
        self.velocities.iter_mut().flatten().for_each(|velocity| *velocity *= factor);
        self.observe()
    }

    /// Changes the velocities by half a time step of the forces.
    fn push(&mut self) {
        let half = 0.5 * self.state.time_step;
        let forces = self.forces.iter().flatten();
        self.velocities
            .iter_mut()
            .flatten()
            .zip(forces)
            .for_each(|(velocity, force)| *velocity += half * force);
    }

    /// The forces between all pairs, their energy and their virial.
    fn attract(&mut self) {
        (self.potential, self.virial) = (0.0, 0.0);
        self.forces.iter_mut().for_each(|axis| axis.fill(0.0));
        for first in 0..self.particles() {
            self.pull(first);
            let others = first + 1..self.particles();
            for axis in 0..3 {
                let apart = &self.apart[axis][others.clone()];
                let forces = &mut self.forces[axis];
                let mut own = 0.0;
                for ((force, apart), strength) in
                    forces[others.clone()].iter_mut().zip(apart).zip(&self.strength[others.clone()])
                {
                    let part = strength * apart;
                    *force -= part;
                    own += part;
                }
                forces[first] += own;
            }
            self.potential += self.energies[others.clone()].iter().sum::<f64>();
            self.virial += self.virials[others].iter().sum::<f64>();
        }
    }

    /// What each later particle and this one do to each other. Written without branches and sums, so that the compiler can
    /// take several pairs at a time.
    fn pull(&mut self, first: usize) {
        let (side, half) = (self.side, 0.5 * self.side);
        let others = first + 1..self.particles();
        for axis in 0..3 {
            let place = self.places[axis][first];
            for (apart, other) in
                self.apart[axis][others.clone()].iter_mut().zip(&self.places[axis][others.clone()])
            {
                let distance = place - other;
                let image =
                    if distance > half { side } else { 0.0 } - if distance < -half { side } else { 0.0 };
                *apart = distance - image;
            }
        }
        let [x, y, z] = &self.apart;
        let apart = x[others.clone()].iter().zip(&y[others.clone()]).zip(&z[others.clone()]);
        let results = self.strength[others.clone()]
            .iter_mut()
            .zip(&mut self.energies[others.clone()])
            .zip(&mut self.virials[others]);
        for (((x, y), z), ((strength, energy), virial)) in apart.zip(results) {
            let squared = x * x + y * y + z * z;
            let inverse = 1.0 / squared;
            let sixth = inverse * inverse * inverse;
            let counted = if squared > CUTOFF * CUTOFF { 0.0 } else { 1.0 };
            *energy = counted * 4.0 * sixth * (sixth - 1.0);
            *virial = counted * 48.0 * sixth * (sixth - 0.5);
            *strength = *virial * inverse;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a hundred particles")]
    fn count(&self) -> f64 {
        self.particles() as f64
    }

    fn temperature(&self) -> f64 {
        let squares: f64 = self.velocities.iter().flatten().map(|part| part * part).sum();
        // The whole does not move, so three directions hold no heat.
        squares / (3.0 * self.count() - 3.0)
    }

    /// The parts beyond the cutoff are those of a fluid without structure there (M. P. Allen and D. J. Tildesley, *Computer
    /// Simulation of Liquids*, section 2.8).
    fn observe(&self) -> Observed {
        let State { density, .. } = self.state;
        let (third, ninth) = (CUTOFF.powi(-3), CUTOFF.powi(-9));
        let temperature = self.temperature();
        Observed {
            energy: self.potential / self.count() + 8.0 / 3.0 * PI * density * (ninth / 3.0 - third),
            temperature,
            pressure: density * temperature
                + self.virial / (3.0 * self.side.powi(3))
                + 16.0 / 3.0 * PI * density * density * (2.0 / 3.0 * ninth - third),
        }
    }
}

/// The places of a face-centred cubic lattice in a box.
fn lattice(side: f64) -> Axes {
    const CELL: [[f64; 4]; 3] = [[0.0, 0.5, 0.5, 0.0], [0.0, 0.5, 0.0, 0.5], [0.0, 0.0, 0.5, 0.5]];
    let width = side / f64::from(CELLS);
    let corners = || 0..CELLS * CELLS * CELLS;
    [0, 1, 2].map(|axis| {
        let along = |index: u32| f64::from(index / CELLS.pow(axis) % CELLS);
        corners().flat_map(|index| CELL[axis as usize].map(|place| (along(index) + place) * width)).collect()
    })
}

/// Numbers that look random: `SplitMix64` (G. L. Steele et al., *OOPSLA* 2014).
struct Random(u64);

impl Random {
    /// Between 0 and 1, never 0.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// With mean 0 and variance 1 (G. E. P. Box and M. E. Muller, 1958).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (TAU * self.uniform()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(fluid: &mut Fluid, steps: u32) -> Observed {
        let mut sum = Observed { energy: 0.0, temperature: 0.0, pressure: 0.0 };
        for _ in 0..steps {
            let one = fluid.advance();
            sum.energy += one.energy / f64::from(steps);
            sum.temperature += one.temperature / f64::from(steps);
            sum.pressure += one.pressure / f64::from(steps);
        }
        sum
    }

    #[test]
    fn a_liquid_has_the_energy_and_the_pressure_that_are_published_for_it() {
        let mut fluid = Fluid::new(State { density: 0.86, temperature: 0.85, time_step: 0.004 });
        assert_eq!(fluid.particles(), 108);
        fluid.keep_to(3.0);
        mean(&mut fluid, 2_000);
        fluid.keep_to(0.85);
        mean(&mut fluid, 2_000);
        let found = mean(&mut fluid, 16_000);
        assert!((found.temperature - 0.85).abs() < 0.005, "{found:?}");
        assert!((found.energy + 6.0305).abs() < 0.05, "{found:?}");
        assert!((found.pressure - 1.266).abs() < 0.25, "{found:?}");
    }

    #[test]
    fn steps_that_are_too_long_end_in_no_number() {
        let mut fluid = Fluid::new(State { density: 0.86, temperature: 0.85, time_step: 0.1 });
        let broken = (0..2_000).any(|_| fluid.advance().energy.is_nan());
        assert!(broken);
    }
}
