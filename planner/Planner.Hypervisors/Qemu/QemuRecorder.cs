using System.Buffers;
using System.Text.Json;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Writes what a source said as JSON lines that <c>planner replay</c> reads: <c>{"t":…, "query-migrate":{…}}</c> and
/// <c>{"t":…, "event":{…}}</c>, with QEMU's own bytes.</summary>
/// <remarks>Lines are gathered in memory and written when the recorder is disposed: nothing waits for a disk while the guest is stopped. The memory
/// has a limit. Before it is reached, answers within pre-copy are left out, so that events and the outcome still have room. Safe for use from any
/// thread. Give it to <see cref="QemuMachine.Trace"/>.</remarks>
internal sealed class QemuRecorder : IHypervisorRecording
{
    /// <summary>The memory that lines take at most, in bytes, if nothing else is said: some minutes of the fastest passes.</summary>
    public const int DefaultMaxBytes = 64 << 20;

    // Readers take lines of 256 KiB.
    private const int MaxJsonBytes = 128 << 10;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    private readonly Stream _output;
    private readonly int _maxBytes;
    private readonly MemoryStream _lines = new();
    private readonly Lock _gate = new();
    private long? _startNanoseconds;
    private double _latestSeconds;
    private bool _isDisposed;

    /// <summary>Makes a recorder.</summary>
    /// <param name="output">Where the lines go; disposed with the recorder.</param>
    /// <param name="maxBytes">The memory that lines take at most, in bytes.</param>
    public QemuRecorder(Stream output, int maxBytes = DefaultMaxBytes) => (_output, _maxBytes) = (output, maxBytes);

    /// <inheritdoc/>
    public string? Trouble { get; private set; }

    /// <summary>Takes a line.</summary>
    public void Take(QemuTrace trace)
    {
        lock (_gate)
        {
            _startNanoseconds ??= trace.ReceivedNanoseconds;

            // No reader takes a recording whose time runs backwards.
            var seconds = Math.Max(_latestSeconds, (trace.ReceivedNanoseconds - _startNanoseconds.Value) / 1e9);
            if (!_isDisposed && HasRoom(trace, seconds))
            {
                _latestSeconds = seconds;
                Write(trace, seconds);
            }
        }
    }

    /// <summary>Writes all lines and closes the output. More than once does no harm.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            try
            {
                using (_output)
                {
                    _lines.WriteTo(_output);
                    _output.Flush();
                }
            }
            catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
            {
                // .NET's word for EFBIG, a file-size limit, is an argument out of range.
                Trouble ??= $"The recording is incomplete ({e.Message.TrimEnd('.')}); make room and record again.";
            }

            _lines.Dispose();
        }
    }

    private bool HasRoom(QemuTrace trace, double seconds)
    {
        const int LineBytes = 64;
        var isPreCopy = trace.Kind == QemuTraceKind.QueryMigrate && trace.Json.Span.IndexOf("\"active\""u8) >= 0;
        var limitBytes = isPreCopy ? _maxBytes / 8 * 7 : _maxBytes;
        if (trace.Json.Length <= MaxJsonBytes && _lines.Length + trace.Json.Length + LineBytes <= limitBytes)
        {
            return true;
        }

        Trouble ??= $"The recording is incomplete from {seconds:0.0} s on, since it has reached its limit of {_maxBytes >> 20} MiB; record a shorter migration.";
        return false;
    }

    private void Write(QemuTrace trace, double seconds)
    {
        using (var json = new Utf8JsonWriter(_lines))
        {
            json.WriteStartObject();
            json.WriteNumber("t"u8, seconds);
            json.WritePropertyName(trace.Kind == QemuTraceKind.Event ? "event"u8 : "query-migrate"u8);
            json.WriteRawValue(OneLine(trace.Json.Span), skipInputValidation: true);
            json.WriteEndObject();
        }

        _lines.WriteByte((byte)'\n');
    }

    // A monitor with pretty=on breaks lines, within JSON only between its parts.
    private static ReadOnlySpan<byte> OneLine(ReadOnlySpan<byte> json)
    {
        if (!json.ContainsAny(LineEnds))
        {
            return json;
        }

        var line = json.ToArray();
        line.AsSpan().ReplaceAny(LineEnds, (byte)' ');
        return line;
    }
}
