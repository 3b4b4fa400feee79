//! The two-dimensional Poisson equation, solved by three classical iterations.
//!
//! Pure numbers: knows no clock, no network and no document.

use std::f64::consts::PI;

shared_models::listed! {
    /// How the unknowns are improved from one iteration to the next.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Method {
        /// Every unknown from its neighbours' values before the sweep.
        Jacobi,
        /// Every unknown from its neighbours' newest values.
        GaussSeidel,
        /// Successive over-relaxation: Gauss–Seidel steps lengthened by the factor ω.
        Sor,
    }
}

impl Method {
    /// The name by which the method is known.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jacobi => "Jacobi",
            Self::GaussSeidel => "Gauss-Seidel",
            Self::Sor => "SOR",
        }
    }

    /// The relaxation factor ω on a grid of that spacing. For SOR it is the optimal one of this problem,
    /// 2 / (1 + sin πh) (D. M. Young, *Iterative Solution of Large Linear Systems*, 1971, section 6.2).
    pub fn omega(self, spacing: f64) -> f64 {
        match self {
            Self::Jacobi | Self::GaussSeidel => 1.0,
            Self::Sor => 2.0 / (1.0 + (PI * spacing).sin()),
        }
    }
}

/// Distance between neighbouring grid points on a grid of `points` (at least 3) a side; the square's side is 1.
pub fn spacing(points: u16) -> f64 {
    1.0 / f64::from(points.max(3) - 1)
}

/// How far a solution is from the analytic one; in the solution's own unit (its maximum is 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// Square root of the integral of the squared error over the unit square.
    pub l2: f64,
    /// The largest error at a grid point.
    pub max: f64,
}

/// −Δu = 2π² sin πx sin πy on the unit square with u = 0 on its border, whose solution is sin πx sin πy,
/// discretised by the five-point stencil: 4u − (sum of the four neighbours' u) = h²f at each inner point.
pub struct Solver {
    method: Method,
    points: usize,
    spacing: f64,
    omega: f64,
    u: Vec<f64>,
    /// Jacobi's values before the sweep; not read by the others.
    before: Vec<f64>,
    /// h²f at every point, row by row.
    source: Vec<f64>,
    source_norm: f64,
}

impl Solver {
    /// Starts from u = 0 on a grid of `points` (at least 3) a side, border included.
    pub fn new(method: Method, points: u16) -> Self {
        let spacing = spacing(points);
        let points = usize::from(points.max(3));
        let solution = analytic(points, spacing);
        let source: Vec<f64> = solution.iter().map(|u| 2.0 * PI * PI * spacing * spacing * u).collect();
        let source_norm = source.iter().map(|f| f * f).sum::<f64>().sqrt();
        let u = vec![0.0; points * points];
        Self {
            method,
            points,
            spacing,
            omega: method.omega(spacing),
            before: u.clone(),
            u,
            source,
            source_norm,
        }
    }

    /// Sweeps once over the inner points; returns the relative residual ‖f − Au‖₂ / ‖f‖₂ after the sweep.
    pub fn iterate(&mut self) -> f64 {
        match self.method {
            Method::Jacobi => self.sweep_from_before(),
            Method::GaussSeidel | Method::Sor => self.sweep_in_place(),
        }
        self.residual()
    }

    fn sweep_from_before(&mut self) {
        std::mem::swap(&mut self.u, &mut self.before);
        let (n, old) = (self.points, &self.before);
        for row in 1..n - 1 {
            for k in row * n + 1..row * n + n - 1 {
                self.u[k] = 0.25 * (self.source[k] + old[k - n] + old[k - 1] + old[k + 1] + old[k + n]);
            }
        }
    }

    fn sweep_in_place(&mut self) {
        let (n, kept, step, u) = (self.points, 1.0 - self.omega, 0.25 * self.omega, &mut self.u);
        for row in 1..n - 1 {
            for k in row * n + 1..row * n + n - 1 {
                // Only the left neighbour has to be waited for, so it is added last.
                let known = kept * u[k] + step * (self.source[k] + u[k - n] + u[k + 1] + u[k + n]);
                u[k] = known + step * u[k - 1];
            }
        }
    }

    fn residual(&self) -> f64 {
        let (n, u) = (self.points, &self.u);
        let mut squares = 0.0;
        for row in 1..n - 1 {
            for k in row * n + 1..row * n + n - 1 {
                let rest = self.source[k] + u[k - n] + u[k - 1] + u[k + 1] + u[k + n] - 4.0 * u[k];
                squares += rest * rest;
            }
        }
        squares.sqrt() / self.source_norm
    }

    /// How far the values now are from the analytic solution.
    pub fn deviation(&self) -> Deviation {
        let (mut squares, mut max) = (0.0, 0.0_f64);
        for (u, exact) in self.u.iter().zip(analytic(self.points, self.spacing)) {
            let error = (u - exact).abs();
            squares += error * error;
            max = max.max(error);
        }
        Deviation { l2: self.spacing * squares.sqrt(), max }
    }
}

/// sin πx sin πy at every grid point, row by row.
fn analytic(points: usize, spacing: f64) -> Vec<f64> {
    let sines: Vec<f64> = std::iter::successors(Some(0.0), |x| Some(x + spacing))
        .take(points)
        .map(|x: f64| (PI * x).sin())
        .collect();
    sines.iter().flat_map(|y| sines.iter().map(move |x| x * y)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Iterates until the relative residual is at most 10⁻⁸; the residuals and the solver at the end.
    fn solve(method: Method, points: u16) -> (Vec<f64>, Solver) {
        let mut solver = Solver::new(method, points);
        let mut residuals = vec![solver.iterate()];
        while residuals.last().is_some_and(|residual| *residual > 1e-8) {
            residuals.push(solver.iterate());
            assert!(residuals.len() < 10_000, "{} does not converge", method.name());
        }
        (residuals, solver)
    }

    #[test]
    fn halving_the_spacing_quarters_the_error() {
        for method in Method::ALL {
            let coarse = solve(method, 11).1.deviation();
            let fine = solve(method, 21).1.deviation();
            for (coarse, fine) in [(coarse.l2, fine.l2), (coarse.max, fine.max)] {
                let order = (coarse / fine).log2();
                assert!((order - 2.0).abs() < 0.05, "{}: order {order}", method.name());
            }
        }
    }

    #[test]
    fn gauss_seidel_needs_half_of_jacobis_iterations_and_sor_far_fewer() {
        let [jacobi, gauss_seidel, sor] = Method::ALL.map(|method| solve(method, 21).0.len());
        assert!((2 * gauss_seidel).abs_diff(jacobi) < jacobi / 20, "{gauss_seidel} against {jacobi}");
        assert!(9 * sor < gauss_seidel, "{sor} against {gauss_seidel}");
    }

    #[test]
    fn jacobis_residual_falls_by_the_cosine_of_pi_h() {
        let (residuals, solver) = solve(Method::Jacobi, 17);
        let expected = (PI * solver.spacing).cos();
        for pair in residuals.windows(2) {
            assert!((pair[1] / pair[0] - expected).abs() < 1e-6, "{} after {}", pair[1], pair[0]);
        }
    }

    #[test]
    fn every_method_finds_the_same_discrete_solution() {
        let [jacobi, gauss_seidel, sor] = Method::ALL.map(|method| solve(method, 11).1.u);
        for other in [gauss_seidel, sor] {
            assert!(jacobi.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-7));
        }
    }

    #[test]
    fn the_border_stays_zero() {
        let (_, solver) = solve(Method::Sor, 11);
        let n = solver.points;
        let border = (0..n).flat_map(|i| [i, n * (n - 1) + i, i * n, i * n + n - 1]);
        assert!(border.map(|k| solver.u[k]).all(|u| u == 0.0));
    }
}
