// SPDX-License-Identifier: Apache-2.0
// What builds other than Release say about handles that were destroyed, whatever this build is.
#define LEYDEN_CHECK_HANDLES
#include "capi/handle_check.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>

namespace leyden::capi {
namespace {

struct Cup {
  int tea = 1;
  Alive<Cup> alive;
};
struct Bowl {
  int soup = 1;
  Alive<Bowl> alive;
};

TEST(HandleCheck, ALivingHandleIsFine) {
  const Cup cup{2};
  cup.alive.check("cup");
}

TEST(HandleCheckDeathTest, ADestroyedHandleIsNoticed) {
  alignas(Cup) unsigned char room[sizeof(Cup)];
  Cup* cup = new (room) Cup;
  cup->~Cup();
  EXPECT_DEATH(std::launder(reinterpret_cast<Cup*>(room))->alive.check("cup"), "cup was destroyed");
}

TEST(HandleCheckDeathTest, DestroyingTwiceIsNoticed) {
  alignas(Cup) unsigned char room[sizeof(Cup)];
  Cup* cup = new (room) Cup;
  cup->~Cup();
  EXPECT_DEATH(std::launder(reinterpret_cast<Cup*>(room))->~Cup(), "was destroyed before");
}

TEST(HandleCheckDeathTest, AnotherKindIsNoticed) {
  alignas(Bowl) unsigned char room[sizeof(Bowl)];
  new (room) Bowl;
  EXPECT_DEATH(std::launder(reinterpret_cast<Cup*>(room))->alive.check("cup"), "of this kind");
}

}  // namespace
}  // namespace leyden::capi
