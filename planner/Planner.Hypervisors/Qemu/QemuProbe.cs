using System.Globalization;
using System.Text.Json;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Reads what a QEMU and its machine are, and refuses one that cannot be held in pre-copy.</summary>
/// <param name="connection">The monitor.</param>
/// <param name="address">The monitor's address, for messages.</param>
/// <param name="transport">How the memory is to be carried.</param>
/// <param name="limit">The time limit of each command.</param>
internal sealed class QemuProbe(QmpConnection connection, string address, MigrationTransport transport, TimeSpan limit)
{
    private const string MachineSuffix = "-machine";
    private const int MostFeatureWords = 256;

    /// <summary>Reads the offer.</summary>
    /// <exception cref="HypervisorException">The QEMU lacks what is needed.</exception>
    /// <exception cref="QmpException">The monitor does not answer.</exception>
    public async Task<HypervisorOffer> ReadAsync(CancellationToken cancellation)
    {
        var version = connection.Greeting.Version;
        var capabilities = await AskAsync(QmpCommands.QueryMigrateCapabilities, cancellation).ConfigureAwait(false);
        var parameters = await AskAsync(QmpCommands.QueryMigrateParameters, cancellation).ConfigureAwait(false);
        Check(version, capabilities, parameters);
        (capabilities, parameters) = await new QemuTransport(connection, address, limit).ApplyAsync(transport, capabilities, parameters, cancellation).ConfigureAwait(false);
        var kvm = await AskAsync(QmpCommands.QueryKvm, cancellation).ConfigureAwait(false);
        var cpus = await AskAsync(QmpCommands.QueryCpus, cancellation).ConfigureAwait(false);
        if (cpus.Count == 0)
        {
            throw QemuFailures.Make(HypervisorFault.NotSupported, address, "its machine has no CPU; start it with one");
        }

        var accelerator = kvm.Enabled ? "kvm" : "tcg";
        var machineType = await TypeAsync("/machine", cancellation).ConfigureAwait(false);
        var devices = await new QemuDevices(connection, limit).ReadAsync(cancellation).ConfigureAwait(false);
        var name = await NameAsync(cancellation).ConfigureAwait(false);
        return new HypervisorOffer
        {
            Version = $"QEMU {version}",
            HypervisorClass = $"qemu/{version.Number.Major}.{version.Number.Minor}/{accelerator}{QemuTransport.ClassOf(capabilities, parameters)}",
            Devices = [.. (devices ?? []).Select(d => d with { Machine = name ?? address })],
            TellsDevices = devices is not null,
            Name = name,
            Process = connection.ServerProcessId is { } server && cpus[0].ThreadId is { } thread ? QemuProcess.Identify(server, thread) : null,
            MachineType = machineType.EndsWith(MachineSuffix, StringComparison.Ordinal) ? machineType[..^MachineSuffix.Length] : machineType,
            CpuModel = cpus[0].QomType ?? await TypeAsync(cpus[0].QomPath, cancellation).ConfigureAwait(false),
            CpuFeatures = await FeaturesAsync(cpus[0].QomPath, cancellation).ConfigureAwait(false),
            Vcpus = cpus.Count,
            RamBytes = (await AskAsync(QmpCommands.QueryMemorySizes, cancellation).ConfigureAwait(false)).TotalBytes,
            Accelerator = accelerator,
            Capabilities = [.. capabilities.Select(c => c.Name)],
            SharedSettings = QemuSharedSettings.Of(capabilities, parameters),
            LinkFigures = QemuHold.FiguresOf(parameters),
            OffersThrottle = capabilities.Any(c => c.Name == QmpMigrationCapability.AutoConverge),
            ThrottleSlice = QemuThrottle.Slice,
            OffersDirtyLimit = kvm.Enabled && capabilities.Any(c => c.Name == QmpMigrationCapability.DirtyLimit),
            BlockedReasons = [.. ((await AskAsync(QmpCommands.QueryMigrate, cancellation).ConfigureAwait(false)).BlockedReasons ?? []).Select(QemuFailures.Explain)],
        };
    }

    /// <summary>Looks for what is needed itself, not at the version: builds differ, and later versions are not known.</summary>
    private void Check(QmpVersion version, IReadOnlyList<QmpMigrationCapability> capabilities, QmpMigrationParameters parameters)
    {
        List<string> lacking = [.. QemuCapabilities.Needed.Where(needed => capabilities.All(c => c.Name != needed)).Select(name => $"capability {name}")];
        if (parameters.DowntimeLimitMilliseconds is null)
        {
            lacking.Add("parameter downtime-limit");
        }

        if (parameters.SwitchoverBytesPerSecond is null)
        {
            lacking.Add("parameter avail-switchover-bandwidth");
        }

        if (lacking.Count > 0)
        {
            throw QemuFailures.Make(
                HypervisorFault.NotSupported, address, $"QEMU {version} lacks the migration {string.Join(" and the ", lacking)}, so it cannot be held in pre-copy; use QEMU 8.2 or later");
        }
    }

    /// <summary>The words of CPUID as the guest finds them. Other architectures have no such property, and what makes no sense is not known.</summary>
    private async Task<IReadOnlyList<CpuFeatures>> FeaturesAsync(string cpu, CancellationToken cancellation)
    {
        try
        {
            var words = await connection.ExecuteAsync(QmpCommands.QomGet, new QmpQomProperty { Path = cpu, Property = "feature-words" }, limit, cancellation).ConfigureAwait(false);
            return words.ValueKind == JsonValueKind.Array ? [.. words.EnumerateArray().Take(MostFeatureWords).Select(Word).OfType<CpuFeatures>()] : [];
        }
        catch (QmpException e) when (e.Fault == QmpFault.Refused)
        {
            return [];
        }

        static CpuFeatures? Word(JsonElement word) =>
            word.ValueKind == JsonValueKind.Object && Number(word, "cpuid-input-eax") is { } leaf && Number(word, "features") is { } bits
            && word.TryGetProperty("cpuid-register", out var register) && register.ValueKind == JsonValueKind.String
                ? new CpuFeatures(string.Create(CultureInfo.InvariantCulture, $"CPUID {leaf:X}{(Number(word, "cpuid-input-ecx") is { } part ? $".{part:X}" : "")} {QemuDevices.Clean(register.GetString()!)}"), bits)
                : null;

        static uint? Number(JsonElement word, string name) =>
            word.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out var number) ? number : null;
    }

    /// <summary>What it was called, else its UUID; null if it has neither.</summary>
    private async Task<string?> NameAsync(CancellationToken cancellation)
    {
        if ((await AskAsync(QmpCommands.QueryName, cancellation).ConfigureAwait(false)).Name is { Length: > 0 } name)
        {
            return name;
        }

        // A machine without a UUID has one of zeros.
        var uuid = (await AskAsync(QmpCommands.QueryUuid, cancellation).ConfigureAwait(false)).Uuid;
        return Guid.TryParse(uuid, out var id) && id != Guid.Empty ? id.ToString() : null;
    }

    private Task<string> TypeAsync(string path, CancellationToken cancellation) =>
        connection.ExecuteAsync(QmpCommands.QomGetText, new QmpQomProperty { Path = path, Property = "type" }, limit, cancellation);

    private Task<TReply> AskAsync<TReply>(QmpCommand<QmpNone, TReply> command, CancellationToken cancellation) =>
        connection.ExecuteAsync(command, limit, cancellation);
}
