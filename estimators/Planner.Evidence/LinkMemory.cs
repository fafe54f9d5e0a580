using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Evidence;

/// <summary>Remembers one link.</summary>
internal sealed class LinkMemory
{
    // A line through few stop phases, or through sizes that hardly differ, tells nothing.
    private const int StopPhasesForLine = 8;

    private readonly SampleWindow _fixedSeconds = new();
    private readonly SampleWindow _bytesPerSecond = new();
    private readonly SampleWindow _secondsPerByte = new();
    private readonly SampleWindow _beyondPreCopySeconds = new();
    private readonly StopPhaseTransfer _line = new();
    private readonly Dictionary<DateTimeOffset, TransferSample> _preCopies = [];
    private readonly LinkLifeTable _life = new();
    private LinkEvidence? _now;

    public LinkEvidence Now => _now ??= Look();

    public void Add(TransferSample sample)
    {
        if (sample.Phase == TransferPhase.PreCopy)
        {
            KeepPreCopy(sample);
            return;
        }

        _now = null;
        _fixedSeconds.Add(sample.Fixed.TotalSeconds);
        if (sample.Bytes > 0)
        {
            _secondsPerByte.Add(sample.Moving.TotalSeconds / sample.Bytes);
            if (sample.Moving > TimeSpan.Zero)
            {
                _bytesPerSecond.Add(sample.Bytes / sample.Moving.TotalSeconds);
            }
        }

        if (_preCopies.TryGetValue(sample.At, out var preCopy))
        {
            AddPair(preCopy, sample);
        }
    }

    public void Add(LinkAgeSample sample)
    {
        _now = null;
        _life.Add(new LinkAge(sample.Age, Math.Max(0, sample.Seen), Math.Clamp(sample.Broke, 0, Math.Max(0, sample.Seen))));
    }

    /// <summary>The two phases of one migration are kept with one time, pre-copy first; what nothing followed by then has no stop phase.</summary>
    private void KeepPreCopy(TransferSample sample)
    {
        if (_preCopies.Count == SampleWindow.DefaultCapacity)
        {
            _preCopies.Clear();
        }

        _preCopies[sample.At] = sample;
    }

    private void AddPair(TransferSample preCopy, TransferSample stop)
    {
        if (preCopy.Bytes == 0 || preCopy.Moving <= TimeSpan.Zero)
        {
            return;
        }

        var preCopySeconds = stop.Bytes / (preCopy.Bytes / preCopy.Moving.TotalSeconds);
        var seconds = (stop.Fixed + stop.Moving).TotalSeconds;
        _beyondPreCopySeconds.Add(Math.Max(0, seconds - preCopySeconds));
        if (seconds > 0)
        {
            _line.Add(preCopySeconds, seconds);
        }
    }

    private LinkEvidence Look()
    {
        var isLine = _line.Count >= StopPhasesForLine && _line.FixedPart == FixedPartSource.Line;
        return new LinkEvidence
        {
            FixedSeconds = _fixedSeconds.Now,
            BytesPerSecond = _bytesPerSecond.Now,
            SecondsPerByte = _secondsPerByte.Now,
            BeyondPreCopySeconds = isLine ? Samples.Of(_line.FixedSamples) : _beyondPreCopySeconds.Now,
            RatesOverPreCopy = isLine ? Samples.Of(_line.RateSamples) : Samples.None,
            Ages = [.. _life.Ages],
        };
    }
}
