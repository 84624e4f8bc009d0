// SPDX-License-Identifier: Apache-2.0
#include "runner/translation.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/raw_ostream.h"
#include "runner/builtin_names.h"

namespace kheap {

namespace {

constexpr unsigned kPointerBits = 64;

std::string Print(const llvm::Type& type) {
  std::string text;
  llvm::raw_string_ostream out(text);
  type.print(out);
  return text;
}

}  // namespace

Translation::Translation(llvm::Module& module,
                         const TranslationOptions& options)
    : module_(&module),
      options_(options),
      i64_(llvm::Type::getInt64Ty(module.getContext())) {
  llvm::MDBuilder metadata(context());
  auto* const domain = metadata.createAnonymousAliasScopeDomain("kheap");
  auto* const in_context =
      metadata.createAnonymousAliasScope(domain, "context");
  auto* const in_shadow = metadata.createAnonymousAliasScope(domain, "shadow");
  rules_.checked = options.checked;
  rules_.scopes = {llvm::MDNode::get(context(), {in_context}),
                   llvm::MDNode::get(context(), {in_shadow}),
                   llvm::MDNode::get(context(), {in_context, in_shadow})};
}

// ---- types -----------------------------------------------------------------

llvm::Type* Translation::Map(llvm::Type* type) {
  if (type->isPointerTy()) return i64_;
  if (auto* array = llvm::dyn_cast<llvm::ArrayType>(type)) {
    return llvm::ArrayType::get(Map(array->getElementType()),
                                array->getNumElements());
  }
  if (auto* vector = llvm::dyn_cast<llvm::VectorType>(type)) {
    return llvm::VectorType::get(Map(vector->getElementType()),
                                 vector->getElementCount());
  }
  if (auto* record = llvm::dyn_cast<llvm::StructType>(type)) {
    std::vector<llvm::Type*> members;
    for (llvm::Type* const member : record->elements()) {
      members.push_back(Map(member));
    }
    return llvm::StructType::get(context(), members, record->isPacked());
  }
  return type;
}

llvm::FunctionType* Translation::MapFunctionType(llvm::FunctionType* type) {
  std::vector<llvm::Type*> parameters = {
      llvm::PointerType::getUnqual(context()), i64_};
  for (llvm::Type* const parameter : type->params()) {
    parameters.push_back(Map(parameter));
  }
  if (type->isVarArg()) parameters.push_back(i64_);
  return llvm::FunctionType::get(Map(type->getReturnType()), parameters,
                                 /*isVarArg=*/false);
}

std::uint64_t Translation::TypeNumber(llvm::FunctionType* type) {
  const std::string name = Print(*MapFunctionType(type));
  return type_numbers_.try_emplace(name, type_numbers_.size() + 1)
      .first->second;
}

std::uint32_t Translation::CallTypeNumber(const std::string& words) {
  const auto index =
      std::ranges::find(call_types_, words) - call_types_.begin();
  if (index == std::ssize(call_types_)) call_types_.push_back(words);
  return static_cast<std::uint32_t>(index + 1);
}

// ---- addresses -------------------------------------------------------------

std::uint64_t Translation::FunctionPointer(llvm::Function* function) {
  const auto [place, is_new] =
      function_indices_.try_emplace(function, taken_functions_.size() + 1);
  if (is_new) taken_functions_.push_back(function);
  return kFunctionBase + kFunctionStride * place->second;
}

std::uint64_t Translation::LabelNumber(const llvm::BasicBlock* block) {
  const std::uint64_t index =
      labels_.try_emplace(block, labels_.size() + 1).first->second;
  return kLabelBase + kFunctionStride * index;
}

// ---- constants -------------------------------------------------------------

llvm::Constant* Translation::MapConstant(llvm::Constant* constant) {
  llvm::Type* const type = Map(constant->getType());
  if (llvm::isa<llvm::UndefValue>(constant)) {
    return llvm::Constant::getNullValue(type);
  }
  if (constant->getType()->isPointerTy()) {
    return llvm::ConstantInt::get(context(), Evaluate(constant));
  }
  if (llvm::isa<llvm::ConstantExpr>(constant)) {
    if (constant->getType()->isIntegerTy()) {
      return llvm::ConstantInt::get(context(), Evaluate(constant));
    }
    Refuse("a constant expression of a type that no C program has");
    return llvm::Constant::getNullValue(type);
  }
  if (!llvm::isa<llvm::ConstantAggregate>(constant)) {
    return constant->isNullValue() ? llvm::Constant::getNullValue(type)
                                   : constant;
  }
  std::vector<llvm::Constant*> members;
  for (const llvm::Use& member : constant->operands()) {
    members.push_back(MapConstant(llvm::cast<llvm::Constant>(member)));
  }
  if (auto* record = llvm::dyn_cast<llvm::StructType>(type)) {
    return llvm::ConstantStruct::get(record, members);
  }
  if (auto* array = llvm::dyn_cast<llvm::ArrayType>(type)) {
    return llvm::ConstantArray::get(array, members);
  }
  return llvm::ConstantVector::get(members);
}

// The value of a pointer or integer.
llvm::APInt Translation::Evaluate(llvm::Constant* constant) {
  const auto number = [](std::uint64_t value) {
    return llvm::APInt(kPointerBits, value);
  };
  if (auto* integer = llvm::dyn_cast<llvm::ConstantInt>(constant)) {
    return integer->getValue();
  }
  if (auto* global = llvm::dyn_cast<llvm::GlobalVariable>(constant)) {
    const auto found = addresses_.find(global);
    if (found != addresses_.end()) return number(found->second);
    if (!global->hasExternalWeakLinkage()) {
      Refuse(absl::StrCat("undefined reference to `", global->getName().str(),
                          "`"));
    }
    return number(0);
  }
  if (auto* function = llvm::dyn_cast<llvm::Function>(constant)) {
    if (function->isDeclaration() && function->hasExternalWeakLinkage() &&
        !IsBuiltin(*function)) {
      return number(0);
    }
    return number(FunctionPointer(function));
  }
  if (auto* alias = llvm::dyn_cast<llvm::GlobalAlias>(constant)) {
    return Evaluate(alias->getAliasee());
  }
  if (auto* label = llvm::dyn_cast<llvm::BlockAddress>(constant)) {
    return number(LabelNumber(label->getBasicBlock()));
  }
  if (auto* expression = llvm::dyn_cast<llvm::ConstantExpr>(constant)) {
    return EvaluateExpression(expression);
  }
  const unsigned bits = constant->getType()->isIntegerTy()
                            ? constant->getType()->getIntegerBitWidth()
                            : kPointerBits;
  if (!constant->isNullValue() && !llvm::isa<llvm::UndefValue>(constant)) {
    Refuse("a constant that is not known before the program runs");
  }
  return llvm::APInt(bits, 0);
}

llvm::APInt Translation::EvaluateExpression(llvm::ConstantExpr* expression) {
  const auto operand = [&](unsigned i) {
    return Evaluate(llvm::cast<llvm::Constant>(expression->getOperand(i)));
  };
  const unsigned bits = expression->getType()->isIntegerTy()
                            ? expression->getType()->getIntegerBitWidth()
                            : kPointerBits;
  switch (expression->getOpcode()) {
    case llvm::Instruction::GetElementPtr: {
      llvm::APInt offset(kPointerBits, 0);
      if (!llvm::cast<llvm::GEPOperator>(expression)
               ->accumulateConstantOffset(layout(), offset)) {
        Refuse("a constant address that is not known before the program runs");
      }
      return operand(0) + offset;
    }
    case llvm::Instruction::PtrToInt:
    case llvm::Instruction::IntToPtr:
    case llvm::Instruction::Trunc:
      return operand(0).zextOrTrunc(bits);
    case llvm::Instruction::BitCast:
    case llvm::Instruction::AddrSpaceCast:
      return operand(0);
    case llvm::Instruction::Add:
      return operand(0) + operand(1);
    case llvm::Instruction::Sub:
      return operand(0) - operand(1);
    case llvm::Instruction::Mul:
      return operand(0) * operand(1);
    case llvm::Instruction::Xor:
      return llvm::cast<llvm::ConstantInt>(
                 llvm::ConstantExpr::getXor(
                     llvm::ConstantInt::get(context(), operand(0)),
                     llvm::ConstantInt::get(context(), operand(1))))
          ->getValue();
    default:
      Refuse(absl::StrCat("a constant expression with `",
                          expression->getOpcodeName(), "`"));
      return llvm::APInt(bits, 0);
  }
}

void Translation::WriteBytes(llvm::Constant* constant, std::string& bytes,
                             std::uint64_t offset) {
  if (constant->isNullValue() || llvm::isa<llvm::UndefValue>(constant)) return;
  llvm::Type* const type = constant->getType();
  if (auto* data = llvm::dyn_cast<llvm::ConstantDataSequential>(constant)) {
    // Elements lie as in memory; guest and host data layout are little-endian.
    const llvm::StringRef raw = data->getRawDataValues();
    bytes.replace(offset, raw.size(), raw.data(), raw.size());
    return;
  }
  if (auto* record = llvm::dyn_cast<llvm::StructType>(type)) {
    const llvm::StructLayout* const places = layout().getStructLayout(record);
    for (unsigned i = 0; i < record->getNumElements(); ++i) {
      WriteBytes(constant->getAggregateElement(i), bytes,
                 offset + places->getElementOffset(i).getFixedValue());
    }
    return;
  }
  if (type->isArrayTy() || type->isVectorTy()) {
    const unsigned count =
        type->isArrayTy()
            ? static_cast<unsigned>(type->getArrayNumElements())
            : llvm::cast<llvm::FixedVectorType>(type)->getNumElements();
    llvm::Type* const element = type->getContainedType(0);
    const std::uint64_t stride = layout().getTypeAllocSize(element);
    for (unsigned i = 0; i < count; ++i) {
      WriteBytes(constant->getAggregateElement(i), bytes, offset + i * stride);
    }
    return;
  }
  llvm::APInt value;
  if (auto* real = llvm::dyn_cast<llvm::ConstantFP>(constant)) {
    value = real->getValueAPF().bitcastToAPInt();
  } else {
    value = Evaluate(constant);
  }
  const std::uint64_t size = layout().getTypeStoreSize(type);
  value = value.zextOrTrunc(static_cast<unsigned>(size * 8));
  for (std::uint64_t i = 0; i < size; ++i) {
    bytes[offset + i] = static_cast<char>(
        value.extractBitsAsZExtValue(8, static_cast<unsigned>(8 * i)));
  }
}

// ---- functions -------------------------------------------------------------

llvm::Function* Translation::HostFunction(llvm::Function* function) {
  llvm::Function*& host = hosts_[function];
  if (host != nullptr) return host;
  host = llvm::Function::Create(
      MapFunctionType(TypeOf(*function)), llvm::GlobalValue::InternalLinkage,
      kGuestPrefix + function->getName().str(), module_);
  host->addParamAttr(0, llvm::Attribute::SwiftSelf);
  host->addParamAttr(0, llvm::Attribute::NoUndef);
  host->setUWTableKind(llvm::UWTableKind::Async);
  return host;
}

bool Translation::IsBuiltin(const llvm::Function& function) const {
  return function.isDeclaration() && IsBuiltinName(function.getName().str());
}

llvm::FunctionType* Translation::BuiltinType(const std::string& name) const {
  std::vector<llvm::Type*> types;
  for (const char letter : BuiltinSignature(name)) {
    types.push_back(letter == 'v'   ? llvm::Type::getVoidTy(context())
                    : letter == 'i' ? llvm::Type::getInt32Ty(context())
                                    : i64_);
  }
  return llvm::FunctionType::get(types.front(),
                                 llvm::ArrayRef(types).drop_front(), false);
}

llvm::FunctionCallee Translation::Builtin(const std::string& name) {
  llvm::FunctionCallee callee = module_->getOrInsertFunction(
      BuiltinSymbol(name), MapFunctionType(BuiltinType(name)));
  llvm::cast<llvm::Function>(callee.getCallee())
      ->setUWTableKind(llvm::UWTableKind::Async);
  return callee;
}

llvm::FunctionCallee Translation::UndefinedFunction(
    const std::string& name, llvm::FunctionType* guest_type) {
  return module_->getOrInsertFunction(kUndefinedPrefix + name,
                                      MapFunctionType(guest_type));
}

// ---- sites -----------------------------------------------------------------

std::uint32_t Translation::AddSite(SiteKind kind, std::uint32_t size_bytes,
                                   const llvm::DebugLoc& location,
                                   const llvm::Function& function) {
  Site site = {kind, size_bytes, 0, 0, "", function.getName().str()};
  if (location) {
    site.line = location.getLine();
    site.column = location.getCol();
    const auto* scope = llvm::cast<llvm::DIScope>(location.getScope());
    site.file = scope->getFilename().str();
  }
  if (sites_.empty()) sites_.push_back({});  // number 0 is no site
  sites_.push_back(site);
  return static_cast<std::uint32_t>(sites_.size() - 1);
}

llvm::Constant* Translation::StringPointer(const std::string& text) {
  llvm::Constant*& pointer = strings_[text];
  if (pointer == nullptr) {
    auto* const bytes = llvm::ConstantDataArray::getString(context(), text);
    pointer = new llvm::GlobalVariable(
        *module_, bytes->getType(), /*isConstant=*/true,
        llvm::GlobalValue::PrivateLinkage, bytes, "kheap.text");
  }
  return pointer;
}

void Translation::EmitTables() {
  const auto i32 = llvm::Type::getInt32Ty(context());
  const auto pointer = llvm::PointerType::getUnqual(context());
  const auto emit = [&](const char* name, llvm::StructType* row,
                        const std::vector<llvm::Constant*>& rows) {
    auto* const type = llvm::ArrayType::get(row, rows.size());
    auto* const table = module_->getNamedGlobal(name);
    auto* const made = new llvm::GlobalVariable(
        *module_, type, /*isConstant=*/true, llvm::GlobalValue::ExternalLinkage,
        llvm::ConstantArray::get(type, rows));
    if (table != nullptr) {
      table->replaceAllUsesWith(made);
      table->eraseFromParent();
    }
    made->setName(name);
    made->setAlignment(llvm::Align(16));
  };
  auto* const entry = llvm::StructType::get(context(), {pointer, i64_});
  std::vector<llvm::Constant*> entries = {llvm::Constant::getNullValue(entry)};
  for (llvm::Function* const function : taken_functions_) {
    entries.push_back(llvm::ConstantStruct::get(
        entry, {HostFunction(function),
                llvm::ConstantInt::get(i64_, TypeNumber(TypeOf(*function)))}));
  }
  emit(kFunctionTableName, entry, entries);
  auto* const site =
      llvm::StructType::get(context(), {i32, i32, i32, i32, pointer, pointer});
  std::vector<llvm::Constant*> sites;
  for (const Site& row : sites_) {
    const auto number = [&](std::uint32_t value) {
      return llvm::ConstantInt::get(i32, value);
    };
    sites.push_back(llvm::ConstantStruct::get(
        site, {number(static_cast<std::uint32_t>(row.kind)), number(row.line),
               number(row.column), number(row.size_bytes),
               StringPointer(row.file), StringPointer(row.function)}));
  }
  if (sites.empty()) sites.push_back(llvm::Constant::getNullValue(site));
  emit(kSiteTableName, site, sites);
}

// ---- errors ----------------------------------------------------------------

void Translation::Refuse(const llvm::Instruction& instruction,
                         const std::string& what) {
  std::string where = "program";
  if (const llvm::DebugLoc& location = instruction.getDebugLoc()) {
    where = absl::StrCat(
        llvm::cast<llvm::DIScope>(location.getScope())->getFilename().str(),
        ":", location.getLine(), ":", location.getCol());
  }
  if (status_.ok()) {
    status_ = absl::UnimplementedError(absl::StrCat(where, ": ", what));
  }
}

void Translation::Refuse(const std::string& what) {
  if (status_.ok()) status_ = absl::UnimplementedError(what);
}

}  // namespace kheap
