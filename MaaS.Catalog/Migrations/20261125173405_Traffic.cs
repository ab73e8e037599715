using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MaaS.Catalog.Migrations
{
    /// <inheritdoc />
    public partial class Traffic : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "drift_hours",
                columns: table => new
                {
                    deployment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hour = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    column = table.Column<int>(type: "integer", nullable: false),
                    counts = table.Column<long[]>(type: "bigint[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drift_hours", x => new { x.deployment_id, x.version_id, x.hour, x.column });
                    table.ForeignKey(
                        name: "fk_drift_hours_deployments_deployment_id",
                        column: x => x.deployment_id,
                        principalTable: "deployments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_drift_hours_model_versions_version_id",
                        column: x => x.version_id,
                        principalTable: "model_versions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "traffic_minutes",
                columns: table => new
                {
                    deployment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    version_id = table.Column<Guid>(type: "uuid", nullable: false),
                    minute = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    requests = table.Column<long>(type: "bigint", nullable: false),
                    failures = table.Column<long>(type: "bigint", nullable: false),
                    rows = table.Column<long>(type: "bigint", nullable: false),
                    buckets = table.Column<long[]>(type: "bigint[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_traffic_minutes", x => new { x.deployment_id, x.version_id, x.minute });
                    table.ForeignKey(
                        name: "fk_traffic_minutes_deployments_deployment_id",
                        column: x => x.deployment_id,
                        principalTable: "deployments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_traffic_minutes_model_versions_version_id",
                        column: x => x.version_id,
                        principalTable: "model_versions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_drift_hours_hour",
                table: "drift_hours",
                column: "hour");

            migrationBuilder.CreateIndex(
                name: "ix_drift_hours_version_id",
                table: "drift_hours",
                column: "version_id");

            migrationBuilder.CreateIndex(
                name: "ix_traffic_minutes_deployment_id_minute",
                table: "traffic_minutes",
                columns: new[] { "deployment_id", "minute" });

            migrationBuilder.CreateIndex(
                name: "ix_traffic_minutes_minute",
                table: "traffic_minutes",
                column: "minute");

            migrationBuilder.CreateIndex(
                name: "ix_traffic_minutes_version_id",
                table: "traffic_minutes",
                column: "version_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "drift_hours");

            migrationBuilder.DropTable(
                name: "traffic_minutes");
        }
    }
}
