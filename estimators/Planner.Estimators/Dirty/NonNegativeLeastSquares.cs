using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Planner.Estimators;

/// <summary>Least squares with coefficients of at least 0, by the active-set method of Lawson and Hanson (Solving Least Squares Problems, chapter 23).</summary>
internal static class NonNegativeLeastSquares
{
    /// <summary>The x >= 0 that minimises |A x - b|.</summary>
    public static double[] Solve(double[,] a, double[] b)
    {
        var (matrix, target) = Reduce(Matrix<double>.Build.DenseOfArray(a), Vector<double>.Build.Dense(b));

        // Columns of one length: the choice of a column, and the tolerances, must not depend on the units.
        var lengths = matrix.ColumnNorms(2).Map(length => Math.Max(length, double.Epsilon));
        matrix.MapIndexedInplace((_, column, value) => value / lengths[column]);
        var x = new double[matrix.ColumnCount];
        var active = new List<int>();
        var refused = new bool[x.Length];
        
        // Measured windows are never as exact as a smaller step would pretend.
        var tolerance = 1e-6 * target.L2Norm();

        // Every column enters a few times at most; the limit only ends cycles that rounding could cause.
        for (var step = 0; step < 4 * x.Length && active.Count < matrix.RowCount; step++)
        {
            var gradient = matrix.TransposeThisAndMultiply(target - matrix * Vector<double>.Build.Dense(x));
            var best = -1;
            for (var k = 0; k < x.Length; k++)
            {
                if (!refused[k] && !active.Contains(k) && gradient[k] > tolerance && (best < 0 || gradient[k] > gradient[best]))
                {
                    best = k;
                }
            }

            if (best < 0)
            {
                break;
            }

            // A column that rounding alone made look useful would otherwise come and go for ever.
            active.Add(best);
            refused[best] = !MoveToSolution(matrix, target, x, active, best);
        }

        return [.. x.Select((value, column) => value / lengths[column])];
    }

    /// <summary>Replaces many rows by the few that have the same least-squares solutions: the triangle of the QR factors of (A | b).</summary>
    private static (Matrix<double> Matrix, Vector<double> Target) Reduce(Matrix<double> matrix, Vector<double> target)
    {
        if (matrix.RowCount <= matrix.ColumnCount + 1)
        {
            return (matrix, target);
        }

        var triangle = matrix.InsertColumn(matrix.ColumnCount, target).QR(QRMethod.Thin).R;
        return (triangle.SubMatrix(0, triangle.RowCount, 0, matrix.ColumnCount), triangle.Column(matrix.ColumnCount));
    }

    /// <summary>Moves x to the least-squares solution on the active columns, and drops the columns that reach 0 on the way.</summary>
    /// <returns>False if the newest column is of no use: its coefficient would not be above 0.</returns>
    private static bool MoveToSolution(Matrix<double> matrix, Vector<double> target, double[] x, List<int> active, int newest)
    {
        while (active.Count > 0)
        {
            var solution = Matrix<double>.Build.DenseOfColumnVectors(active.Select(matrix.Column)).GramSchmidt().Solve(target);
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
