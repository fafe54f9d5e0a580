namespace Planner.Tests.Telemetry;

public sealed class PostgresModelStoreTests() : ModelStoreTests(new PostgresPlace());
