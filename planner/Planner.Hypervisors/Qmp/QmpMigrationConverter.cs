using System.Text.Json;
using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>Reads the answer to query-migrate. Whatever it holds, as long as it is an object, something is read of it.</summary>
internal sealed class QmpMigrationConverter : JsonConverter<QmpMigration>
{
    /// <inheritdoc/>
    public override QmpMigration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var element = JsonElement.ParseValue(ref reader);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("an object was expected");
        }

        List<string> doubted = [];
        var answer = new QmpMembers(element, "", doubted);
        return new QmpMigration
        {
            Status = answer.Word("status", QmpJsonContext.Default.QmpMigrationStatus) ?? (doubted.Count > 0 ? QmpMigrationStatus.Unknown : QmpMigrationStatus.None),
            TotalMilliseconds = answer.Milliseconds("total-time"),
            DowntimeMilliseconds = answer.Milliseconds("downtime"),
            RemainingBytes = answer.Count("remaining"),
            Memory = answer.Object("ram") is { } ram ? Memory(ram) : null,
            Devices = answer.Object("vfio") is { } vfio ? new QmpMigrationDevices { TransferredBytes = vfio.Count("transferred") } : null,
            CpuThrottlePercent = answer.Percent("cpu-throttle-percentage"),
            Error = answer.Text("error-desc"),
            BlockedReasons = answer.Texts("blocked-reasons"),
            Doubted = doubted,
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, QmpMigration value, JsonSerializerOptions options) => throw new NotSupportedException();

    private static QmpMigrationMemory Memory(QmpMembers ram) => new()
    {
        TransferredBytes = ram.Count("transferred"),
        RemainingBytes = ram.Count("remaining"),
        TotalBytes = ram.Count("total"),
        DirtySyncCount = ram.Count("dirty-sync-count"),
        MegabitsPerSecond = ram.Megabits("mbps"),

        // Over several connections QEMU counts only what the first of them sent while the guest stood, which is hardly any of it (seen on 10.0).
        DowntimeBytes = ram.Count("multifd-bytes") > 0 ? null : ram.Count("downtime-bytes"),
    };
}
