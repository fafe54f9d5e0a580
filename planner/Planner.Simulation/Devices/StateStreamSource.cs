using System.IO.Hashing;

namespace Planner.Simulation;

/// <summary>The stream of a saving device: what is on it at a time, and its bytes.</summary>
internal sealed class StateStreamSource
{
    // Devices track their changes in pages.
    private const long DirtyGranuleBytes = 4096;

    // Filled and hashed in pieces that stay in the cache between the two.
    private const int PieceBytes = 64 * 1024;

    private readonly ulong _content;
    private readonly PreCopyProfile _preCopy;
    private readonly long _initialBytes;
    private readonly byte[] _header = new byte[StateStreamFormat.HeaderBytes];
    private readonly XxHash3 _hash = new();
    private StateSectionKind _kind;
    private int _headerLeft;
    private long _payloadLeft;
    private long _position;
    private long _sequence;
    private long _pendingInitial;
    private double _dirty;
    private long _finalBytes;
    private ulong _guestValue;
    private bool _stopped;

    /// <summary>Starts a stream.</summary>
    /// <param name="content">A random number that the content is made of.</param>
    /// <param name="stateBytes">The size of the whole state.</param>
    /// <param name="preCopy">What may be read before STOP_COPY.</param>
    public StateStreamSource(ulong content, long stateBytes, PreCopyProfile preCopy)
    {
        _content = content;
        _preCopy = preCopy;
        var whole = Math.Max(stateBytes, StateStreamFormat.SmallestBytes);
        var initial = Math.Min(preCopy.InitialBytes, whole - StateStreamFormat.SmallestBytes);
        _initialBytes = initial < StateStreamFormat.HeaderBytes ? 0 : initial;
        _pendingInitial = _initialBytes;
        _finalBytes = whole - _initialBytes;
    }

    /// <summary>Bytes of the initial data set still to read.</summary>
    public long InitialBytes => _pendingInitial + (_kind == StateSectionKind.Initial ? CurrentLeft : 0);

    /// <summary>Changed bytes still to read.</summary>
    public long DirtyBytes => ReadableDirty + (_kind == StateSectionKind.Dirty ? CurrentLeft : 0);

    /// <summary>Whether a new initial data set, announced by <see cref="Reinitialize"/>, is still to be begun.</summary>
    public bool Reinitialized { get; private set; }

    private long CurrentLeft => _headerLeft + _payloadLeft;

    private long ReadableDirty => (long)_dirty / DirtyGranuleBytes * DirtyGranuleBytes;

    /// <summary>All bytes that would be read up to the end if STOP_COPY were entered, or that still are to be read in it.</summary>
    /// <param name="seconds">How long the guest runs before.</param>
    public long RemainingBytes(double seconds) => CurrentLeft + _pendingInitial + _finalBytes + (long)DirtyAfter(seconds);

    /// <summary>Lets the guest change what was already read.</summary>
    public void Run(double seconds) => _dirty = DirtyAfter(seconds);

    /// <summary>Puts a new initial data set on the stream; what is dirty is part of it.</summary>
    public void Reinitialize()
    {
        _pendingInitial = _initialBytes;
        _dirty = 0;
        Reinitialized = _initialBytes > 0;
    }

    /// <summary>The device has stopped: the rest is fixed and the stream gets its end.</summary>
    /// <param name="guestValue">What the guest sees in the device.</param>
    public void Stop(ulong guestValue)
    {
        _finalBytes += (long)_dirty;
        _dirty = 0;
        _guestValue = guestValue;
        _stopped = true;
    }

    /// <summary>Fills a buffer with the next bytes.</summary>
    /// <returns>The bytes read; 0 if there are none now.</returns>
    public int Read(Span<byte> buffer)
    {
        var count = 0;
        while (count < buffer.Length && (CurrentLeft > 0 || TryBeginSection()))
        {
            count += ReadSection(buffer[count..]);
        }

        return count;
    }

    private double DirtyAfter(double seconds)
    {
        var most = Math.Min(_preCopy.DirtyCapBytes, _position);
        return Math.Min(most, _dirty + (_preCopy.DirtyBytesPerSecond * seconds));
    }

    private int ReadSection(Span<byte> buffer)
    {
        int count;
        if (_headerLeft > 0)
        {
            count = Math.Min(_headerLeft, buffer.Length);
            _header.AsSpan(StateStreamFormat.HeaderBytes - _headerLeft, count).CopyTo(buffer);
            _headerLeft -= count;
        }
        else
        {
            count = (int)Math.Min(Math.Min(_payloadLeft, buffer.Length), PieceBytes);
            StateStreamFormat.Fill(buffer[..count], _content, _position);
            _payloadLeft -= count;
        }

        _hash.Append(buffer[..count]);
        _position += count;
        return count;
    }

    private bool TryBeginSection()
    {
        if (_pendingInitial > 0)
        {
            Begin(StateSectionKind.Initial, _pendingInitial, 0);
            _pendingInitial = 0;
            Reinitialized = false;
            return true;
        }

        if (!_stopped)
        {
            var dirty = ReadableDirty;
            if (dirty > 0)
            {
                Begin(StateSectionKind.Dirty, dirty, 0);
                _dirty -= dirty;
            }

            return dirty > 0;
        }

        if (_finalBytes > StateStreamFormat.HeaderBytes)
        {
            Begin(StateSectionKind.Final, _finalBytes - StateStreamFormat.HeaderBytes, _guestValue);
            _finalBytes = StateStreamFormat.HeaderBytes;
            return true;
        }

        if (_finalBytes > 0)
        {
            Begin(StateSectionKind.End, _finalBytes, _hash.GetCurrentHashAsUInt64());
            _finalBytes = 0;
            return true;
        }

        return false;
    }

    private void Begin(StateSectionKind kind, long bytes, ulong value)
    {
        _kind = kind;
        _headerLeft = StateStreamFormat.HeaderBytes;
        _payloadLeft = bytes - StateStreamFormat.HeaderBytes;
        StateStreamFormat.WriteHeader(_header, new StateSection(kind, _sequence++, _payloadLeft, _content, value));
    }
}
