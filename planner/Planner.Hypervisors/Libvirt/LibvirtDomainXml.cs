using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Reads what a domain is from libvirt's description of it.</summary>
/// <remarks>Source: the format of domain XML in libvirt's documentation.</remarks>
internal static class LibvirtDomainXml
{
    private const long MostCharacters = 16 << 20;

    /// <summary>The parts of an offer that the description tells.</summary>
    /// <exception cref="XmlException">It is no description of a domain.</exception>
    public static HypervisorOffer Read(string xml, string version, string hypervisorClass)
    {
        var domain = Parse(xml, "domain");
        var accelerator = (string?)domain.Attribute("type") == "kvm" ? "kvm" : "tcg";
        var cpu = domain.Element("cpu");
        return new HypervisorOffer
        {
            Version = version,
            HypervisorClass = $"{hypervisorClass}/{accelerator}",
            Name = (string?)domain.Element("name"),
            MachineType = (string?)domain.Element("os")?.Element("type")?.Attribute("machine") ?? "unknown",
            CpuModel = (string?)cpu?.Element("model") ?? (string?)cpu?.Attribute("mode") ?? "default",
            Vcpus = int.TryParse((string?)domain.Element("vcpu"), NumberStyles.None, CultureInfo.InvariantCulture, out var vcpus) ? Math.Max(1, vcpus) : 1,
            RamBytes = Bytes(domain.Element("memory")),
            Accelerator = accelerator,
            Devices = [.. (domain.Element("devices")?.Elements("hostdev") ?? []).Select(Device)],
        };
    }

    /// <summary>The UUID in a description of a domain.</summary>
    public static string Uuid(string xml) => (string?)Parse(xml, "domain").Element("uuid") ?? "";

    /// <summary>The UUID of a host in its capabilities; null if they tell none.</summary>
    public static string? HostUuid(string xml) => (string?)Parse(xml, "capabilities").Element("host")?.Element("uuid");

    private static XElement Parse(string xml, string root)
    {
        using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, MaxCharactersInDocument = MostCharacters });
        return XDocument.Load(reader).Root is { } element && element.Name == root ? element : throw new XmlException($"libvirt's description has no <{root}>.");
    }

    private static long Bytes(XElement? memory)
    {
        var unit = (string?)memory?.Attribute("unit") switch
        {
            "b" or "bytes" => 1L,
            "M" or "MiB" => 1 << 20,
            "G" or "GiB" => 1 << 30,
            _ => 1 << 10,
        };
        return long.TryParse((string?)memory, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / unit ? number * unit : 0;
    }

    private static MigratableDevice Device(XElement device, int index)
    {
        var at = device.Element("source")?.Element("address");
        return new MigratableDevice
        {
            Name = (string?)device.Element("alias")?.Attribute("name") ?? string.Create(CultureInfo.InvariantCulture, $"hostdev{index}"),
            HostAddress = at is null ? null : $"{Hex(at, "domain")}:{Hex(at, "bus")}:{Hex(at, "slot")}.{Hex(at, "function")}",
        };
    }

    private static string Hex(XElement address, string name) => ((string?)address.Attribute(name) ?? "0x0").Replace("0x", "", StringComparison.Ordinal);
}
