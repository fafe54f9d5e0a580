using System.Runtime.InteropServices;

namespace Planner.Hypervisors;

/// <summary>The numbers of a domain's job.</summary>
/// <param name="Type">0 for none, 1 and 2 for one that runs, 3 to 5 for one that has ended.</param>
/// <param name="Values">libvirt's fields by name: whole numbers.</param>
/// <remarks>The fields that begin with memory_ are those of QEMU's query-migrate. Source: virDomainGetJobStats in libvirt's reference.</remarks>
internal sealed record LibvirtJob(int Type, IReadOnlyDictionary<string, long> Values)
{
    private const int MostFields = 256;
    private const double BitsPerByte = 8;
    private const long MostBytes = 1L << 60;
    private const int MigrationOut = 5;

    /// <summary>Whether one runs.</summary>
    public bool IsRunning => Type is 1 or 2;

    /// <summary>Whether it is a migration to another host, as far as libvirt says.</summary>
    public bool IsMigration => IsRunning && Values.GetValueOrDefault("operation", MigrationOut) == MigrationOut;

    /// <summary>How long it runs, or took, in milliseconds; null if it is not told.</summary>
    public long? ElapsedMilliseconds => Count("time_elapsed", TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond);

    /// <summary>libvirt's own count of the downtime, in milliseconds; null if it is not told.</summary>
    public long? DowntimeMilliseconds => Count("downtime", TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond);

    /// <summary>The bytes of memory that were sent; null if it is not told.</summary>
    public long? SentBytes => Count("memory_processed", MostBytes);

    /// <summary>Reads what libvirt filled.</summary>
    public static unsafe LibvirtJob Read(int type, LibvirtParameter* parameters, int count)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(count, MostFields); i++)
        {
            var name = Marshal.PtrToStringUTF8((nint)parameters[i].Field) ?? "";
            if (Number(parameters[i]) is { } value)
            {
                values[name] = value;
            }
        }

        return new LibvirtJob(type, values);
    }

    /// <summary>The same as QEMU answers it.</summary>
    /// <param name="status">How far the migration is.</param>
    public QmpMigration ToMigration(QmpMigrationStatus status) => new()
    {
        Status = status,
        TotalMilliseconds = ElapsedMilliseconds,
        CpuThrottlePercent = (int?)Count("auto_converge_throttle", 100),
        Memory = Count("memory_remaining", MostBytes) is not { } remaining ? null : new QmpMigrationMemory
        {
            RemainingBytes = remaining,
            TransferredBytes = SentBytes,
            TotalBytes = Count("memory_total", MostBytes),
            DirtySyncCount = Count("memory_iteration", int.MaxValue),
            MegabitsPerSecond = Count("memory_bps", MostBytes) is { } bytes ? bytes * BitsPerByte / 1e6 : null,
        },
        Doubted = [.. Values.Where(v => v.Value < 0 && v.Key.StartsWith("memory_", StringComparison.Ordinal)).Select(v => v.Key)],
    };

    private static long? Number(in LibvirtParameter parameter) => parameter.Type switch
    {
        1 => (int)parameter.Value,
        2 => (uint)parameter.Value,
        3 => (long)parameter.Value,
        4 => parameter.Value <= long.MaxValue ? (long)parameter.Value : -1,
        6 => (byte)parameter.Value,
        _ => null,
    };

    /// <summary>A field that can be; null if it is missing, or holds what cannot be.</summary>
    private long? Count(string name, long most) => Values.TryGetValue(name, out var value) && value >= 0 && value <= most ? value : null;
}
