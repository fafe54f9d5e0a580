using System.Text.Json.Serialization;

namespace Planner.Agent;

/// <summary>What an agent keeps, as JSON.</summary>
[JsonSerializable(typeof(MachineToken))]
[JsonSerializable(typeof(TunnelEnds))]
[JsonSerializable(typeof(PeerCall))]
internal sealed partial class RecordsJson : JsonSerializerContext;
