using System.Text.Json;
using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>Reads and writes the messages without reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QmpNone))]
[JsonSerializable(typeof(QmpGreetingBody))]
[JsonSerializable(typeof(QmpVersion))]
[JsonSerializable(typeof(QmpRunStatus))]
[JsonSerializable(typeof(QmpMemorySizes))]
[JsonSerializable(typeof(QmpName))]
[JsonSerializable(typeof(QmpUuid))]
[JsonSerializable(typeof(QmpKvm))]
[JsonSerializable(typeof(QmpQomProperty))]
[JsonSerializable(typeof(QmpMigration))]
[JsonSerializable(typeof(QmpMigrationCapabilities))]
[JsonSerializable(typeof(QmpMigrationParameters))]
[JsonSerializable(typeof(QmpMigrate))]
[JsonSerializable(typeof(QmpMigrateIncoming))]
[JsonSerializable(typeof(QmpEnabled))]
[JsonSerializable(typeof(QmpYank))]
[JsonSerializable(typeof(QmpDirtyRateRequest))]
[JsonSerializable(typeof(QmpDirtyRate))]
[JsonSerializable(typeof(QmpMigrationChange))]
[JsonSerializable(typeof(QmpVfioMigration))]
[JsonSerializable(typeof(QmpQomPath))]
[JsonSerializable(typeof(IReadOnlyList<QmpQomMember>))]
[JsonSerializable(typeof(IReadOnlyList<QmpPciBus>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(QmpMigrationPass))]
[JsonSerializable(typeof(QmpShutdown))]
[JsonSerializable(typeof(QmpGuestPanic))]
[JsonSerializable(typeof(QemuSettings))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<QmpCpu>))]
[JsonSerializable(typeof(IReadOnlyList<QmpMigrationCapability>))]
internal sealed partial class QmpJsonContext : JsonSerializerContext;
