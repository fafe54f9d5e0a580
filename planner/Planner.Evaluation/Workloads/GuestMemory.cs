namespace Planner.Evaluation;

/// <summary>The memory of a guest under pre-copy: how much is known to be unsent, and how much was written since the last dirty sync.</summary>
/// <remarks>
/// The mean of many pages. In every class a page is unsent and known to be, or written since the last sync and not yet known, or clean at the
/// destination. Unsent pages go out in the order of their addresses, which knows nothing of the classes, so every class gets its share of the
/// rate; a page that is written again before its turn is sent once. Clean pages are written at random with the class's time constant. A
/// sync makes the written pages known.
/// </remarks>
internal sealed class GuestMemory
{
    private readonly double[] _bytes;
    private readonly double[] _perSecond;
    private readonly double[] _unsent;
    private readonly double[] _written;
    private readonly double[] _kept;
    private double _keptFor = double.NaN;

    /// <summary>A guest of which nothing has been sent.</summary>
    /// <param name="workload">How it writes.</param>
    /// <param name="ramBytes">All of its memory; at least that of the classes.</param>
    public GuestMemory(MemoryWorkload workload, double ramBytes)
    {
        _bytes = [.. workload.Classes.Select(c => (double)c.Bytes), ramBytes - workload.Classes.Sum(c => (double)c.Bytes)];
        _perSecond = [.. workload.Classes.Select(c => 1 / c.TimeConstantSeconds), 0];
        _unsent = [.. _bytes];
        _written = new double[_bytes.Length];
        _kept = new double[_bytes.Length];
        UnsentBytes = ramBytes;
    }

    /// <summary>What the last sync knew and is not sent yet, in bytes.</summary>
    public double UnsentBytes { get; private set; }

    /// <summary>What would have to be sent if the guest stopped now, in bytes.</summary>
    public double RemainingBytes => UnsentBytes + _written.Sum();

    /// <summary>Lets time pass while pages are sent and written.</summary>
    /// <param name="seconds">How long; at least 0.</param>
    /// <param name="bytesPerSecond">The rate of sending; nothing is sent where nothing is unsent.</param>
    /// <param name="scale">The factor on all write rates.</param>
    /// <returns>The bytes sent.</returns>
    public double Advance(double seconds, double bytesPerSecond, double scale)
    {
        if (!(seconds > 0))
        {
            return 0;
        }

        // What is sent becomes clean when it is sent, not in the time after the last byte.
        var lasts = UnsentBytes / bytesPerSecond;
        if (lasts > 0 && lasts < seconds)
        {
            return Advance(lasts, bytesPerSecond, scale) + Advance(seconds - lasts, 0, scale);
        }

        var sent = Math.Min(UnsentBytes, bytesPerSecond * seconds);
        var share = UnsentBytes > 0 ? sent / UnsentBytes : 0;
        var unsent = 0.0;
        Keep(seconds * scale);
        for (var i = 0; i < _bytes.Length; i++)
        {
            var sentHere = _unsent[i] * share;
            var clean = _bytes[i] - _unsent[i] - _written[i];
            var writes = _perSecond[i] * scale;
            if (writes > 0)
            {
                // Clean pages come at an even pace and are written in proportion to their number.
                var settled = sentHere / seconds / writes;
                clean = settled + (clean - settled) * _kept[i];
            }
            else
            {
                clean += sentHere;
            }

            _unsent[i] -= sentHere;
            _written[i] = Math.Max(0, _bytes[i] - _unsent[i] - clean);
            unsent += _unsent[i];
        }

        // What is left after the last byte of a round is rounding.
        UnsentBytes = unsent > 1 ? unsent : 0;
        return sent;
    }

    /// <summary>The shares of clean pages that are not written in a time; most steps are as long as the one before.</summary>
    private void Keep(double scaledSeconds)
    {
        if (Math.Abs(scaledSeconds - _keptFor) <= 1e-12)
        {
            return;
        }

        _keptFor = scaledSeconds;
        for (var i = 0; i < _kept.Length; i++)
        {
            _kept[i] = Math.Exp(-_perSecond[i] * scaledSeconds);
        }
    }

    /// <summary>A dirty sync: what was written becomes known to be unsent.</summary>
    public void Sync()
    {
        UnsentBytes = 0;
        for (var i = 0; i < _bytes.Length; i++)
        {
            _unsent[i] += _written[i];
            _written[i] = 0;
            UnsentBytes += _unsent[i];
        }
    }
}
