using System.Diagnostics.CodeAnalysis;
using Planner.Measurements;

namespace Planner.Tests.Cli;

/// <summary>A hypervisor and its driver as a test writes them: <c>toy-vm:NAME</c>. A machine runs, and refuses to start its migration.</summary>
internal sealed class ToyHypervisor : IHypervisorDriver
{
    public string Scheme => "toy-vm";

    public string Form => "NAME";

    public string? FormMeaning => "any name";

    public string ChannelForm => "ether:NAME";

    /// <summary>What was asked of the machines, in order.</summary>
    public List<string> Asked { get; } = [];

    public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
    {
        (name, problem) = (text, null);
        return true;
    }

    /// <summary>The process of every machine; null for machines that are a part of this one.</summary>
    public string? Process { get; init; }

    public TargetIdentity? Identify(string name) => Process is null ? null : new TargetIdentity(Scheme, name);

    public string ChannelTo(string name) => $"ether:{name}";

    public string? FindChannelProblem(string channel) => channel.StartsWith("ether:", StringComparison.Ordinal) ? null : "A toy sends through the ether alone: write ether:NAME.";

    public Task<IHypervisor> OpenAsync(string name, CancellationToken cancellationToken) => Task.FromResult<IHypervisor>(new Machine(this, name));

    private sealed class Machine(ToyHypervisor toy, string name) : IHypervisor
    {
        public string Address => $"toy-vm:{name}";

        public HypervisorOffer Offer { get; } = new()
        {
            Version = "toy 1",
            HypervisorClass = "toy/1",
            MachineType = "toy",
            CpuModel = "toy",
            Accelerator = "none",
            RamBytes = 1 << 20,
            Process = toy.Process,
        };

        public Action<HypervisorEvent>? Observer { get; set; }

        public Task<HypervisorReport> ReportAsync(TimeSpan limit, CancellationToken cancellationToken) => Task.FromResult(new HypervisorReport(
            name == "there" ? GuestRunState.Incoming : GuestRunState.Running, HypervisorMigrationStatus.None, "toy", null));

        public Task<string> ReadSettingsAsync(CancellationToken cancellationToken) => Task.FromResult("{}");

        public Task PrepareAsync(MigrationSide side, bool mayThrottle, CancellationToken cancellationToken) => Note("prepare");

        public Task ListenAsync(string channel, bool mayListenAlready, CancellationToken cancellationToken) => Note($"listen {channel}");

        public async Task StartAsync(string channel, CancellationToken cancellationToken)
        {
            await Note($"start {channel}");
            throw new HypervisorException(HypervisorFault.Refused, $"{Address}: a toy does not move.");
        }

        public Task AllowSwitchoverAsync(long bytes, CancellationToken cancellationToken) => Note("allow");

        public Task HoldAsync(CancellationToken cancellationToken) => Note("hold");

        public Task ThrottleAsync(int percent, CancellationToken cancellationToken) => Note("throttle");

        public Task CancelAsync(CancellationToken cancellationToken) => Note("cancel");

        public Task ContinueAsync(CancellationToken cancellationToken) => Note("continue");

        public Task RestoreAsync(string settings, CancellationToken cancellationToken) => Note("restore");

        public Task QuitAsync(CancellationToken cancellationToken) => Note("quit");

        public Task<DirtyWindow> MeasureDirtyAsync(TimeSpan length, CancellationToken cancellationToken) => Task.FromResult(new DirtyWindow(length, 4096));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Task Note(string what)
        {
            lock (toy.Asked)
            {
                toy.Asked.Add($"{name}: {what}");
            }

            return Task.CompletedTask;
        }
    }
}
