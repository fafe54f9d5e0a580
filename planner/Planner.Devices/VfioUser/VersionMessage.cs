using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>The payload of VERSION: u16 major, u16 minor, then JSON that ends with a NUL.</summary>
internal static class VersionMessage
{
    private const int NumbersBytes = 4;
    private const int MaxFileDescriptors = 8;
    private const string MaxDataTransferKey = "max_data_xfer_size";

    private static readonly (string Key, ulong Least, ulong Most)[] Numbers =
    [
        (MaxDataTransferKey, 1, ulong.MaxValue),
        ("max_msg_fds", 0, VfioUserProtocol.MaxMessageDescriptors),
        ("max_dma_maps", 1, ulong.MaxValue),
        ("pgsizes", 1, ulong.MaxValue),
    ];

    /// <summary>Writes the proposal: version 0.2, the three capabilities that libvfio-user knows, and the private keys.</summary>
    public static byte[] Propose(VfioUserOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        var numbers = buffer.GetSpan(NumbersBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(numbers, VfioUserProtocol.MajorVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(numbers[2..], VfioUserProtocol.MinorVersion);
        buffer.Advance(NumbersBytes);

        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("capabilities");
            json.WriteNumber("max_msg_fds", MaxFileDescriptors);
            json.WriteNumber(MaxDataTransferKey, VfioUserProtocol.DefaultMaxDataTransferBytes);
            json.WriteStartObject("migration");
            json.WriteNumber("pgsize", Environment.SystemPageSize);
            json.WriteEndObject();
            if (options.Deadline.Shape == DeadlineShape.A)
            {
                json.WriteBoolean(VfioUserProtocol.DeadlineKey, true);
            }

            json.WriteBoolean(VfioUserProtocol.ArcLatencyKey, true);
            json.WriteBoolean(VfioUserProtocol.PreCopyInfoKey, true);
            json.WriteBoolean(VfioUserProtocol.DeviceClassKey, true);
            json.WriteBoolean(VfioUserProtocol.CommitArcKey, true);
            json.WriteBoolean(VfioUserProtocol.DataSizeMeaningKey, true);
            json.WriteBoolean(VfioUserProtocol.StreamRestartsKey, true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.Write([(byte)0]);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads the reply. Unknown keys are ignored; a private key with an unusable value counts as absent.</summary>
    /// <param name="payload">What follows the header.</param>
    /// <param name="agreement">What was agreed.</param>
    /// <param name="problem">What is wrong, to follow "the answer to the version handshake" in a sentence.</param>
    public static bool TryReadReply(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out VfioUserAgreement? agreement, [NotNullWhen(false)] out string? problem)
    {
        agreement = null;
        if (payload.Length < NumbersBytes)
        {
            problem = "is too short";
            return false;
        }

        var major = BinaryPrimitives.ReadUInt16LittleEndian(payload);
        var minor = BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]);
        if (major != VfioUserProtocol.MajorVersion || minor > VfioUserProtocol.MinorVersion)
        {
            problem = $"names version {major}.{minor}, which is not what was proposed";
            return false;
        }

        // JSON is optional; a C string, so it ends at the first NUL.
        var text = payload[NumbersBytes..];
        var end = text.IndexOf((byte)0);
        text = end < 0 ? text : text[..end];
        problem = null;
        try
        {
            agreement = text.IsEmpty ? new VfioUserAgreement { MinorVersion = minor } : ReadJson(text, minor, out problem);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair in a string.
        }

        if (agreement is not null)
        {
            problem = null;
            return true;
        }

        problem ??= "carries capabilities that cannot be read";
        return false;
    }

    private static VfioUserAgreement? ReadJson(ReadOnlySpan<byte> text, ushort minor, out string? problem)
    {
        problem = null;
        if (!Utf8.IsValid(text))
        {
            return null;
        }

        using var document = JsonDocument.Parse(text.ToArray(), new JsonDocumentOptions { MaxDepth = 16 });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (!document.RootElement.TryGetProperty("capabilities", out var capabilities))
        {
            return new VfioUserAgreement { MinorVersion = minor };
        }

        if (capabilities.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (ImpossibleNumber(capabilities) is { } key)
        {
            problem = $"states a {key} that cannot be";
            return null;
        }

        return new VfioUserAgreement
        {
            MinorVersion = minor,
            MaxDataTransferBytes = MaxDataTransfer(capabilities),
            ClaimsDeadline = IsTrue(capabilities, VfioUserProtocol.DeadlineKey),
            ClaimsArcLatency = IsTrue(capabilities, VfioUserProtocol.ArcLatencyKey),
            ClaimsPreCopyInfo = IsTrue(capabilities, VfioUserProtocol.PreCopyInfoKey),
            DeviceClass = ReadText(capabilities, VfioUserProtocol.DeviceClassKey) is { } name && IsPrintable(name) ? name : null,
            CommitArc = Arc.TryParse(ReadText(capabilities, VfioUserProtocol.CommitArcKey), out var arc) ? arc : null,
            DataSizeMeaning = ReadText(capabilities, VfioUserProtocol.DataSizeMeaningKey) switch
            {
                "total" => DataSizeMeaning.Total,
                "maximum" => DataSizeMeaning.Maximum,
                "remaining" => DataSizeMeaning.Remaining,
                _ => null,
            },
            StreamRestarts = IsTrue(capabilities, VfioUserProtocol.StreamRestartsKey),
        };
    }

    /// <summary>The first negotiated number that is none or out of its range, whether it is used here or not: who states it cannot be trusted with
    /// the rest.</summary>
    private static string? ImpossibleNumber(JsonElement capabilities)
    {
        foreach (var (key, least, most) in Numbers)
        {
            if (!IsPossible(capabilities, key, least, most))
            {
                return key;
            }
        }

        return capabilities.TryGetProperty("migration", out var migration)
            && (migration.ValueKind != JsonValueKind.Object || !IsPossible(migration, "pgsize", 1, ulong.MaxValue)) ? "migration page size" : null;
    }

    private static bool IsPossible(JsonElement parent, string key, ulong least, ulong most) => !parent.TryGetProperty(key, out var value)
        || (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number) && number >= least && number <= most);

    // More than the default is never asked for or sent.
    private static int MaxDataTransfer(JsonElement capabilities) => capabilities.TryGetProperty(MaxDataTransferKey, out var value)
        ? (int)Math.Min(value.GetUInt64(), VfioUserProtocol.DefaultMaxDataTransferBytes)
        : VfioUserProtocol.DefaultMaxDataTransferBytes;

    private static bool IsTrue(JsonElement capabilities, string key) =>
        capabilities.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

    private static string? ReadText(JsonElement capabilities, string key) =>
        capabilities.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Whether a text may be a device class.</summary>
    internal static bool IsPrintable(string name) =>
        name.Length is > 0 and <= VfioUserProtocol.MaxDeviceClassLength && name.Trim() == name && name.All(c => c is >= ' ' and <= '~');
}
