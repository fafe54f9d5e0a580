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
            json.WriteNumber("max_data_xfer_size", VfioUserProtocol.DefaultMaxDataTransferBytes);
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
        try
        {
            agreement = text.IsEmpty ? new VfioUserAgreement { MinorVersion = minor } : ReadJson(text, minor);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair in a string.
        }

        problem = agreement is null ? "carries capabilities that cannot be read" : null;
        return agreement is not null;
    }

    private static VfioUserAgreement? ReadJson(ReadOnlySpan<byte> text, ushort minor)
    {
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

        if (capabilities.ValueKind != JsonValueKind.Object || !TryReadMaxDataTransfer(capabilities, out var maxDataTransferBytes))
        {
            return null;
        }

        return new VfioUserAgreement
        {
            MinorVersion = minor,
            MaxDataTransferBytes = maxDataTransferBytes,
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

    private static bool TryReadMaxDataTransfer(JsonElement capabilities, out int bytes)
    {
        bytes = VfioUserProtocol.DefaultMaxDataTransferBytes;
        if (!capabilities.TryGetProperty("max_data_xfer_size", out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var stated) || stated < 1)
        {
            return false;
        }

        // More than this is never asked for or sent.
        bytes = (int)Math.Min(stated, bytes);
        return true;
    }

    private static bool IsTrue(JsonElement capabilities, string key) =>
        capabilities.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

    private static string? ReadText(JsonElement capabilities, string key) =>
        capabilities.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsPrintable(string name) =>
        name.Length is > 0 and <= VfioUserProtocol.MaxDeviceClassLength && name.Trim() == name && name.All(c => c is >= ' ' and <= '~');
}
