using System.Globalization;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Reads what is known about drivers from YAML (<c>kind: VfioDriver</c>), several documents in a text.</summary>
public static class VfioDriverText
{
    private const string Kind = "VfioDriver";
    private const ushort LastKernelFeature = 13;

    /// <summary>Reads every driver of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The name for messages.</param>
    /// <exception cref="DocumentException">The text is not valid; the message has line and column.</exception>
    public static IReadOnlyList<VfioDriver> ReadAll(string text, string file) => [.. YamlText.ReadAll(text, file, Kind).Select(ReadOne)];

    private static VfioDriver ReadOne(YamlMap root)
    {
        var metadata = root.Map("metadata");
        var name = metadata.String("name");
        metadata.Finish();
        var spec = root.Map("spec");
        root.Finish();
        var driver = new VfioDriver
        {
            Name = name,
            KernelNames = spec.Strings("kernelNames"),
            CommitArcs = spec.List<Arc>("commitArcs", TryParseArc, "an arc such as RUNNING_P2P->STOP"),
            DataSizeMeaning = spec.Choice<DataSizeMeaning>(
                "dataSize", Measurements.DataSizeMeaning.Maximum, ("total", DataSizeMeaning.Total), ("maximum", DataSizeMeaning.Maximum), ("remaining", DataSizeMeaning.Remaining)),
            Deadline = ReadDeadline(spec),
            Hazards = spec.Strings("hazards"),
        };
        spec.Finish();
        return driver;
    }

    private static DeadlineFeatureOptions ReadDeadline(YamlMap spec)
    {
        if (spec.OptionalMap("deadline") is not { } map)
        {
            return new DeadlineFeatureOptions { Shape = DeadlineShape.None };
        }

        var options = new DeadlineFeatureOptions
        {
            Shape = DeadlineShape.A,
            SetStateFeature = map.Value<ushort>("feature", TryParseFeature, "a feature number such as 0xfd01"),
            ArcLatencyFeature = map.OptionalValue("arcLatencyFeature", VfioUserProtocol.DefaultArcLatencyFeature, TryParseFeature, "a feature number such as 0xfd02"),
        };
        map.Finish();
        return options;
    }

    private static bool TryParseArc(string text, out Arc arc) => Arc.TryParse(text, out arc);

    // Up to 13 the numbers are taken by the kernel.
    private static bool TryParseFeature(string text, out ushort feature)
    {
        var isHexadecimal = text.StartsWith("0x", StringComparison.Ordinal);
        return ushort.TryParse(
            isHexadecimal ? text.AsSpan(2) : text, isHexadecimal ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out feature)
            && feature > LastKernelFeature;
    }
}
