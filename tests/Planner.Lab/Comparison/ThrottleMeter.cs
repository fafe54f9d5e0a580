using System.Text.Json;
using Planner.Hypervisors;

namespace Planner.Lab;

/// <summary>Reads from a source's answers how much was taken from the guest's processor at most.</summary>
internal sealed class ThrottleMeter
{
    /// <summary>The most, in percent.</summary>
    public int MostPercent { get; private set; }

    /// <summary>Takes what the source said.</summary>
    public void Take(QemuTrace trace)
    {
        if (trace.Kind != QemuTraceKind.QueryMigrate)
        {
            return;
        }

        var reader = new Utf8JsonReader(trace.Json.Span);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("cpu-throttle-percentage"u8) && reader.Read() && reader.TryGetInt32(out var percent))
            {
                MostPercent = Math.Max(MostPercent, percent);
            }
        }
    }
}
