using MathNet.Numerics.LinearAlgebra;

namespace Planner.Estimators;

/// <summary>Least squares with coefficients of at least 0, by the active-set method of Lawson and Hanson (Solving Least Squares Problems, chapter 23), on the normal equations.</summary>
/// <remarks>They are made once, and every step then costs as little as there are columns, however many rows there were: the curve of a machine is fitted anew while a switchover is decided.</remarks>
internal static class NonNegativeLeastSquares
{
    /// <summary>The x >= 0 that minimises |A x - b|.</summary>
    /// <param name="a">The columns are left with the length 1.</param>
    /// <param name="b">As many values as A has rows.</param>
    public static double[] Solve(double[,] a, double[] b)
    {
        var lengths = Normalize(a);
        var (gram, target) = NormalEquations(a, b);
        var x = new double[lengths.Length];
        var active = new List<int>();
        var refused = new bool[x.Length];

        // Measured windows are never as exact as a smaller step would pretend.
        var tolerance = 1e-6 * Math.Sqrt(b.Sum(value => value * value));

        // Every column enters a few times at most; the limit only ends cycles that rounding could cause.
        for (var step = 0; step < 4 * x.Length && active.Count < b.Length; step++)
        {
            var (best, steepest) = (-1, tolerance);
            for (var k = 0; k < x.Length; k++)
            {
                if (!refused[k] && !active.Contains(k) && Gradient(gram, target, x, active, k) is var gradient && gradient > steepest)
                {
                    (best, steepest) = (k, gradient);
                }
            }

            if (best < 0)
            {
                break;
            }

            // A column that rounding alone made look useful would otherwise come and go for ever.
            active.Add(best);
            refused[best] = !MoveToSolution(gram, target, x, active, best);
        }

        return [.. x.Select((value, column) => value / lengths[column])];
    }

    /// <summary>Gives all columns the length 1, since the choice of a column, and the tolerances, must not depend on the units; returns the lengths they had.</summary>
    private static double[] Normalize(double[,] a)
    {
        var lengths = new double[a.GetLength(1)];
        for (var column = 0; column < lengths.Length; column++)
        {
            var squares = 0.0;
            for (var row = 0; row < a.GetLength(0); row++)
            {
                squares += a[row, column] * a[row, column];
            }

            lengths[column] = Math.Max(Math.Sqrt(squares), double.Epsilon);
            for (var row = 0; row < a.GetLength(0); row++)
            {
                a[row, column] /= lengths[column];
            }
        }

        return lengths;
    }

    /// <summary>The products of the columns with each other, and with b.</summary>
    private static (double[,] Gram, double[] Target) NormalEquations(double[,] a, double[] b)
    {
        var columns = a.GetLength(1);
        var gram = new double[columns, columns];
        var target = new double[columns];
        for (var i = 0; i < columns; i++)
        {
            for (var row = 0; row < b.Length; row++)
            {
                target[i] += a[row, i] * b[row];
            }

            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var row = 0; row < b.Length; row++)
                {
                    sum += a[row, i] * a[row, j];
                }

                gram[i, j] = gram[j, i] = sum;
            }
        }

        return (gram, target);
    }

    private static double Gradient(double[,] gram, double[] target, double[] x, List<int> active, int column)
    {
        var gradient = target[column];
        foreach (var k in active)
        {
            gradient -= gram[column, k] * x[k];
        }

        return gradient;
    }

    /// <summary>Moves x to the least-squares solution on the active columns, and drops the columns that reach 0 on the way.</summary>
    /// <returns>False if the newest column is of no use: its coefficient would not be above 0.</returns>
    private static bool MoveToSolution(double[,] gram, double[] target, double[] x, List<int> active, int newest)
    {
        while (active.Count > 0)
        {
            // Columns that rounding cannot tell apart make the last pivot 0 and the solution not finite: the factors of Cholesky would end with an exception instead.
            var solution = Matrix<double>.Build.Dense(active.Count, active.Count, (i, j) => gram[active[i], active[j]])
                .LU().Solve(Vector<double>.Build.Dense(active.Count, i => target[active[i]]));
            if (!double.IsFinite(solution.Sum()) || (active[^1] == newest && x[newest] == 0 && solution[^1] <= 0))
            {
                active.Remove(newest);
                x[newest] = 0;
                return false;
            }

            var share = 1.0;
            for (var i = 0; i < active.Count; i++)
            {
                var now = x[active[i]];
                share = solution[i] <= 0 ? Math.Min(share, now / (now - solution[i])) : share;
            }

            for (var i = 0; i < active.Count; i++)
            {
                var moved = x[active[i]] + share * (solution[i] - x[active[i]]);
                x[active[i]] = solution[i] <= 0 && moved <= 1e-12 * Math.Abs(solution[i]) ? 0 : Math.Max(0, moved);
            }

            if (share >= 1)
            {
                return true;
            }

            active.RemoveAll(k => x[k] == 0);
        }

        return true;
    }
}
