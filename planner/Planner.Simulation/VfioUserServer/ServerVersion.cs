using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Planner.Devices;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>The server's side of VERSION: u16 major, u16 minor, then JSON with a terminating NUL, both ways.</summary>
internal static class ServerVersion
{
    private const int NumbersBytes = 4;
    private const int PageBytes = 4096;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a proposal.</summary>
    /// <param name="body">What follows the header.</param>
    /// <param name="client">What the client proposes.</param>
    /// <returns>False if it is to be refused with EINVAL.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, out ServerClient client)
    {
        client = new ServerClient();
        if (body.Length < NumbersBytes || BinaryPrimitives.ReadUInt16LittleEndian(body) != VfioUserProtocol.MajorVersion)
        {
            return false;
        }

        client = client with { Minor = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(body[2..]), VfioUserProtocol.MinorVersion) };
        var text = body[NumbersBytes..];
        if (text.IsEmpty)
        {
            return true;
        }

        try
        {
            return text[^1] == 0 && TryReadJson(StrictUtf8.GetString(text[..^1]), ref client);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Writes the payload of the reply.</summary>
    /// <returns>Its size in bytes.</returns>
    public static int WriteReply(Span<byte> target, ServerClient client, ServerBehaviour behaviour, DeviceOffer offer, DeadlineProfile deadline)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, VfioUserProtocol.MajorVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], client.Minor);
        var keys = new List<string>(10);
        AddIf(behaviour.AlwaysStatesItsCapabilities || client.Proposes("max_msg_fds"), "max_msg_fds", "8");
        AddIf(behaviour.AlwaysStatesItsCapabilities || client.Proposes("max_data_xfer_size"), "max_data_xfer_size", "1048576");
        AddIf(behaviour.AlwaysStatesItsCapabilities || client.Proposes("migration"), "migration", "{ \"pgsize\": 4096 }");
        if (behaviour.KnowsPrivateFeatures)
        {
            AddPrivate(VfioUserProtocol.DeadlineKey, deadline.Shape == DeadlineShape.A ? "true" : null);
            AddPrivate(VfioUserProtocol.ArcLatencyKey, offer.OffersArcLatency == Answer.Yes ? "true" : null);
            AddPrivate(VfioUserProtocol.PreCopyInfoKey, offer.OffersPreCopyInfo == Answer.Yes ? "true" : null);
            AddPrivate(VfioUserProtocol.DeviceClassKey, Quoted(offer.DeviceClass));
            AddPrivate(VfioUserProtocol.CommitArcKey, Quoted(offer.CommitArc.ToString()));
            AddPrivate(VfioUserProtocol.DataSizeMeaningKey, offer.OffersDataSize == Answer.Yes && behaviour.KnowsDataSize ? Quoted(Word(offer.DataSizeMeaning)) : null);
            AddPrivate(VfioUserProtocol.StreamRestartsKey, offer.StreamRestartsAtStopCopy ? "true" : "false");
        }

        if (keys.Count == 0)
        {
            return NumbersBytes;
        }

        var json = $"{{ \"capabilities\": {{ {string.Join(", ", keys)} }} }}\0";
        return NumbersBytes + Encoding.UTF8.GetBytes(json, target[NumbersBytes..]);

        void AddPrivate(string key, string? value) => AddIf(value is not null && client.Proposes(key), key, value!);

        void AddIf(bool condition, string key, string value)
        {
            if (condition)
            {
                keys.Add($"\"{key}\": {value}");
            }
        }
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string Word(DataSizeMeaning meaning) => meaning switch
    {
        DataSizeMeaning.Maximum => "maximum",
        DataSizeMeaning.Remaining => "remaining",
        _ => "total",
    };

    private static bool TryReadJson(string text, ref ServerClient client)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16 });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (!document.RootElement.TryGetProperty("capabilities", out var capabilities))
        {
            return true;
        }

        if (capabilities.ValueKind != JsonValueKind.Object
            || !TryReadNumber(capabilities, "max_data_xfer_size", VfioUserProtocol.DefaultMaxDataTransferBytes, out var mostBytes)
            || !TryReadNumber(capabilities, "max_msg_fds", 1, out var descriptors, least: 0)
            || descriptors > VfioUserProtocol.MaxMessageDescriptors
            || !TryReadNumber(capabilities, "max_dma_maps", 1, out _)
            || (capabilities.TryGetProperty("pgsizes", out var pages) && !(pages.ValueKind == JsonValueKind.Number && pages.TryGetUInt64(out var sizes) && sizes > 0)))
        {
            return false;
        }

        if (capabilities.TryGetProperty("migration", out var migration)
            && (migration.ValueKind != JsonValueKind.Object
                || !TryReadNumber(migration, "pgsize", PageBytes, out var pageBytes)
                || pageBytes != PageBytes))
        {
            return false;
        }

        client = client with { MaxDataBytes = mostBytes, Keys = [.. capabilities.EnumerateObject().Select(p => p.Name)] };
        return true;
    }

    private static bool TryReadNumber(JsonElement parent, string key, long fallback, out long number, long least = 1)
    {
        number = fallback;
        return !parent.TryGetProperty(key, out var value)
            || (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number) && number >= least);
    }
}
