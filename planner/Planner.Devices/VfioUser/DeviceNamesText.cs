using System.Collections.Frozen;
using Planner.Documents;

namespace Planner.Devices;

/// <summary>Reads what an operator calls the devices whose servers give them no name (<c>kind: DeviceNames</c>).</summary>
public static class DeviceNamesText
{
    private const string Kind = "DeviceNames";

    /// <summary>Reads the names of a text, of one or more documents.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The name for messages.</param>
    /// <returns>The class of each device, by the real path of its server's socket.</returns>
    /// <exception cref="DocumentException">The text is not valid, or names a device twice; the message has line and column.</exception>
    public static IReadOnlyDictionary<string, string> ReadAll(string text, string file)
    {
        var driver = new VfioUserDriver();
        var classes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var root in YamlText.ReadAll(text, file, Kind))
        {
            var metadata = root.OptionalMap("metadata");
            metadata?.OptionalString("name");
            metadata?.Finish();
            var spec = root.Map("spec");
            root.Finish();
            foreach (var device in spec.Maps("devices"))
            {
                var socket = device.String("socket");
                var called = device.Value<string>("class", TryParseClass, $"a name of at most {VfioUserProtocol.MaxDeviceClassLength} printable ASCII characters, such as acme/dpu/2,");
                device.Finish();
                if (!driver.TryParse(socket, out var path, out var problem))
                {
                    throw device.Error("socket", problem);
                }

                if (!classes.TryAdd(RealPath.Of(path), called))
                {
                    throw device.Error("socket", $"the device behind {socket} is named twice");
                }
            }

            spec.Finish();
        }

        return classes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static bool TryParseClass(string text, out string called)
    {
        called = text;
        return VersionMessage.IsPrintable(text);
    }
}
