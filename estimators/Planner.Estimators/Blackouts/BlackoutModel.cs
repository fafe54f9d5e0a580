using System.Collections.Immutable;

namespace Planner.Estimators;

/// <summary>The terms of the blackout of one machine, with their samples.</summary>
/// <remarks>
/// The samples of a term can be replaced, and <see cref="Build"/> then makes the tables anew at little cost. The union bound gives each of the m terms a
/// part a / m of the allowed misses and a part d / m of the error probability, so it assumes nothing about dependence between terms.
/// Not for use by several threads at once; the tables are.
/// </remarks>
public sealed class BlackoutModel
{
    /// <summary>The error probability of the union bound: the bound holds at 95 %.</summary>
    public const double UnionError = 0.05;

    private const double HighestLevel = 0.5;
    private const int GridCells = 512;
    private const double GridMedians = 8;

    private readonly BlackoutTerm[] _terms;
    private readonly int[] _arcTerms;
    private readonly double[] _stateShares;
    private readonly double _allowedMisses;
    private readonly StageSums _stages;
    private readonly bool _devicesInSeries;
    private readonly UpperRankTable[] _ranks;
    private readonly double[] _medians;
    private readonly double[][] _bounds;
    private readonly double[] _arcValues;

    /// <summary>Makes a model.</summary>
    /// <param name="terms">The terms: at least one of <see cref="TermKind.TransferFixed"/> and one of <see cref="TermKind.TransferRate"/>.</param>
    /// <param name="stateShares">For every device its share of the expected state bytes.</param>
    /// <param name="allowedMisses">The share of blackouts that may exceed the bound; in (0, 1).</param>
    /// <param name="devicesInSeries">Whether one device is walked after the other, so that arcs add up over devices.</param>
    public BlackoutModel(IReadOnlyList<BlackoutTerm> terms, IReadOnlyList<double> stateShares, double allowedMisses, bool devicesInSeries = false)
    {
        _devicesInSeries = devicesInSeries;
        _terms = [.. terms];
        _stateShares = [.. stateShares];
        _allowedMisses = allowedMisses;
        _arcTerms = [.. Enumerable.Range(0, _terms.Length).Where(i => _terms[i].Kind == TermKind.Arc)];
        _arcValues = new double[_arcTerms.Length];
        _stages = new StageSums(_arcTerms.Select(i => (_terms[i].Device, _terms[i].Arc)), _stateShares.Length, devicesInSeries);

        var levels = 1 + Math.Max(0, (int)Math.Floor(Math.Log2(HighestLevel / allowedMisses)));
        _ranks = [.. Enumerable.Range(0, levels).Select(l => new UpperRankTable(Level(l) / _terms.Length, UnionError / _terms.Length))];
        _medians = new double[_terms.Length];
        _bounds = [.. _ranks.Select(_ => new double[_terms.Length])];
        for (var i = 0; i < _terms.Length; i++)
        {
            Refresh(i);
        }
    }

    /// <summary>The terms.</summary>
    public IReadOnlyList<BlackoutTerm> Terms => _terms;

    /// <summary>Replaces the samples of a term.</summary>
    /// <param name="term">The term's index.</param>
    /// <param name="samples">The samples in the unit of the term; each at least 0.</param>
    public void Set(int term, Samples samples)
    {
        _terms[term] = _terms[term] with { Samples = samples };
        Refresh(term);
    }

    /// <summary>Makes the tables.</summary>
    /// <param name="scores">The scores of whole blackouts.</param>
    /// <param name="scoresAfterQuiesce">The scores of what was left after the quiesce stage.</param>
    public BlackoutTables Build(ScoreTable scores, ScoreTable scoresAfterQuiesce)
    {
        var median = Combine(_medians, isBound: false);
        var complete = _terms.All(t => t.Samples.Count > 0);
        return new BlackoutTables(
            [.. _terms.Select((t, i) => new TermFigures(t.Samples.Count, _medians[i], _bounds[0][i], Largest(i)))],
            median,
            UnionLevels(),
            Combine(_bounds[0].Select((bound, i) => double.IsNaN(bound) ? Largest(i) : bound).ToArray(), isBound: true),
            _allowedMisses,
            _ranks[0].Need,
            scores,
            scoresAfterQuiesce,
            complete && !(scores.IsSupported && scoresAfterQuiesce.IsSupported) ? BuildIndependent(median) : null);
    }

    /// <summary>The blackout from worst cases that somebody states for the arcs, and the worst transfer that was ever seen.</summary>
    /// <param name="arcs">The arcs and their devices.</param>
    /// <param name="worstSeconds">The worst case of each.</param>
    /// <returns>Parts that are NaN where a transfer was never seen.</returns>
    public BlackoutParts WorstCase(IEnumerable<(int Device, StagedArc Arc)> arcs, ReadOnlySpan<double> worstSeconds)
    {
        var stages = new StageSums(arcs, _stateShares.Length, _devicesInSeries);
        return Combine(stages, worstSeconds, [.. _terms.Select((_, i) => Largest(i))], isBound: true);
    }

    private double Level(int level) => Math.ScaleB(_allowedMisses, level);

    private void Refresh(int term)
    {
        var samples = _terms[term].Samples;
        _medians[term] = samples.Median;
        for (var level = 0; level < _ranks.Length; level++)
        {
            _bounds[level][term] = _ranks[level].UpperBound(samples.Sorted);
        }
    }

    private ImmutableArray<UnionLevel> UnionLevels()
    {
        var fewest = FewestSamples();
        var levels = ImmutableArray.CreateBuilder<UnionLevel>(_ranks.Length);
        for (var level = 0; level < _ranks.Length; level++)
        {
            if (fewest >= _ranks[level].Need)
            {
                levels.Add(new UnionLevel(Level(level), Combine(_bounds[level], isBound: true)));
            }
        }

        return levels.ToImmutable();
    }

    private int FewestSamples() => _terms.Min(t => t.Samples.Count);

    private BlackoutParts Combine(double[] values, bool isBound)
    {
        for (var i = 0; i < _arcTerms.Length; i++)
        {
            _arcValues[i] = values[_arcTerms[i]];
        }

        return Combine(_stages, _arcValues, values, isBound);
    }

    private BlackoutParts Combine(StageSums stages, ReadOnlySpan<double> arcValues, double[] values, bool isBound) => new(
        stages.Sum(arcValues, BlackoutStage.Quiesce, isBound),
        stages.Sum(arcValues, BlackoutStage.Stop, isBound),
        stages.Sum(arcValues, BlackoutStage.Load, isBound),
        values[IndexOf(TermKind.TransferFixed)] + StateWork(values),
        values[IndexOf(TermKind.TransferRate)],
        StateRatio(term => values[term]));

    private double StateWork(double[] values)
    {
        var sum = 0.0;
        for (var i = 0; i < _terms.Length; i++)
        {
            sum += _terms[i].Kind == TermKind.StateWork ? values[i] : 0;
        }

        return sum;
    }

    private double Largest(int term) => _terms[term].Samples.Count > 0 ? _terms[term].Samples.Sorted[^1] : double.NaN;

    private int IndexOf(TermKind kind) => Array.FindIndex(_terms, t => t.Kind == kind);

    /// <summary>Devices without a term for their size have an exact one: their ratio is 1.</summary>
    private double StateRatio(Func<int, double> ratioOf)
    {
        var ratio = _stateShares.Length == 0 ? 1 : _stateShares.Sum();
        for (var i = 0; i < _terms.Length; i++)
        {
            if (_terms[i].Kind == TermKind.StateSize)
            {
                ratio += _stateShares[_terms[i].Device] * (ratioOf(i) - 1);
            }
        }

        return ratio;
    }

    private IndependentBlackout BuildIndependent(in BlackoutParts median)
    {
        var largest = Combine([.. _terms.Select((_, i) => Largest(i))], isBound: false);
        var range = largest.ArcsSeconds + largest.FixedSeconds;
        var body = GridMedians * (median.ArcsSeconds + median.FixedSeconds);

        // A single outlier must not make the cells so wide that everything else falls into one.
        range = body > 0 ? Math.Min(range, body) : range;
        var step = Math.Max(range, 1e-9) / (GridCells - Math.Min(_terms.Length, GridCells / 2));
        var grids = new BlackoutGrids([.. _terms], _arcTerms, _stages, _devicesInSeries, step, GridCells);
        var transfer = new TransferCell[TransferCell.UpperShares.Length];
        for (var i = 0; i < transfer.Length; i++)
        {
            var share = TransferCell.UpperShares[i];
            transfer[i] = new TransferCell(
                Quantile(IndexOf(TermKind.TransferRate), share),
                StateRatio(term => Quantile(term, share)));
        }

        return new IndependentBlackout(
            grids,
            largest.ArcsSeconds + largest.FixedSeconds + step * _terms.Length,
            transfer,
            FewestSamples());
    }

    private double Quantile(int term, double share)
    {
        var sorted = _terms[term].Samples.Sorted;
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
