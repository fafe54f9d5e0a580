namespace Planner.Service;

/// <summary>A host that machines run on.</summary>
/// <param name="Labels">What it can be found by; the label <c>link</c> names the link that it is on.</param>
/// <param name="Address">How its manager is reached, where one makes destinations by itself.</param>
/// <param name="Memory">What it has for machines, such as <c>512GiB</c>; plans from registered nodes need it where they choose targets.</param>
/// <param name="Vcpus">The vCPUs that machines may have together; null for no limit.</param>
internal sealed record NodeBody(IReadOnlyDictionary<string, string>? Labels = null, string? Address = null, string? Memory = null, int? Vcpus = null)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, string> LabelsOrNone => Labels ?? new Dictionary<string, string>();
}

/// <summary>A machine: behind a monitor, or as devices.</summary>
/// <param name="Labels">What it can be found and selected by.</param>
/// <param name="Node">The node that it is on.</param>
/// <param name="Target">Its monitor; or <paramref name="Devices"/>.</param>
/// <param name="Devices">Its devices.</param>
/// <param name="StartDestination">How its destination is made.</param>
/// <param name="Memory">Its memory, such as <c>64GiB</c>; plans from registered machines need it.</param>
/// <param name="Vcpus">Its vCPUs; null if that does not count.</param>
internal sealed record MachineBody(
    IReadOnlyDictionary<string, string>? Labels = null, string? Node = null, string? Target = null, IReadOnlyList<string>? Devices = null, StartDestination? StartDestination = null,
    string? Memory = null, int? Vcpus = null)
{
    /// <summary>The label of the store that names the node; no caller can give it.</summary>
    public const string NodeLabel = "=node";

    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, string> LabelsOrNone => Labels ?? new Dictionary<string, string>();

    /// <summary>Its addresses, as one text: a comma in one is escaped.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Addresses => Target ?? string.Join(',', (Devices ?? []).Select(d => d.Replace(",", "\\,", StringComparison.Ordinal)));

    /// <summary>The labels of the store: the caller's, and where the machine is and can go.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, string> StoredLabels
    {
        get
        {
            var labels = new Dictionary<string, string>(LabelsOrNone);
            if (Node is not null)
            {
                labels[NodeLabel] = Node;
            }

            foreach (var node in StartDestination?.ReadyAt?.Keys ?? [])
            {
                labels[ReadyLabel(node)] = "";
            }

            return labels;
        }
    }

    /// <summary>The label of the store that says that a destination stands ready on a node.</summary>
    public static string ReadyLabel(string node) => $"=ready@{node}";

    /// <summary>The same machine elsewhere.</summary>
    /// <param name="node">The node; null if it is not known.</param>
    /// <param name="addresses">The addresses.</param>
    public MachineBody MovedTo(string? node, string addresses) => Target is not null
        ? this with { Node = node, Target = addresses }
        : this with { Node = node, Devices = Sessions.DevicePairs.Split(addresses) };
}

/// <summary>How the destination of a machine is made.</summary>
/// <param name="ReadyAt">It stands ready: the addresses by node, several devices separated by commas.</param>
/// <param name="Command">Where it does not: the name of a command that the service's own file has.</param>
internal sealed record StartDestination(IReadOnlyDictionary<string, string>? ReadyAt = null, string? Command = null);

/// <summary>A migration, as it is asked for.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Destination">A node, or addresses.</param>
/// <param name="Sla">The SLA class; null for the one that selects the machine.</param>
/// <param name="Shadow">Whether nothing is committed.</param>
internal sealed record MigrationBody(string Machine, string Destination, string? Sla = null, bool Shadow = false);

/// <summary>What would come of a migration.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Destination">A node, or addresses.</param>
/// <param name="Sla">The SLA class; null for the one that selects the machine.</param>
internal sealed record ForecastBody(string Machine, string Destination, string? Sla = null);

/// <summary>Where the loop of another master stands.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="RemainingBytes">What remained right after the iteration began.</param>
/// <param name="ElapsedSeconds">How long the migration has run.</param>
/// <param name="Iteration">The iteration, from 1.</param>
/// <param name="BytesPerSecond">What it sends at.</param>
/// <param name="Sla">The SLA class; null for the one that selects the machine.</param>
internal sealed record SwitchoverQuestion(string Machine, long RemainingBytes, double ElapsedSeconds, int Iteration, double BytesPerSecond, string? Sla = null);

/// <summary>Somebody who is told of changes.</summary>
/// <param name="Url">Where.</param>
/// <param name="Secret">What bodies are signed with; at least 16 characters, and never told again.</param>
/// <param name="Kinds">The kinds of changes, such as <c>migration</c> or <c>migration.ended</c>; none for all.</param>
internal sealed record WebhookBody(string Url, string? Secret = null, IReadOnlyList<string>? Kinds = null);

/// <summary>What a tenant is told beforehand.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Destination">Where it is to go.</param>
/// <param name="NotBefore">When it may begin.</param>
/// <param name="LatestStart">Until when it can be postponed.</param>
/// <param name="Sla">The SLA class; null for the one that selects the machine.</param>
internal sealed record NoticeBody(string Machine, string Destination, string NotBefore, string LatestStart, string? Sla = null);

/// <summary>Until when a tenant would rather wait.</summary>
internal sealed record PostponeBody(string Until);

/// <summary>What may begin of a plan, or was rebooted.</summary>
/// <param name="Wave">All moves off a host, and its reboot; null for none.</param>
/// <param name="Steps">Steps by number; null for none.</param>
internal sealed record ApprovalBody(string? Wave = null, IReadOnlyList<int>? Steps = null);

/// <summary>What a node is to be.</summary>
/// <param name="State"><c>Draining</c>: it takes no machines, and is emptied.</param>
internal sealed record MaintenanceBody(string State);

/// <summary>A token that a browser signs in with.</summary>
internal sealed record SessionBody(string Token);
